import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { liveBank } from '../testing/live'
import { callProcedure, newOperator, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'

const PLAN = { who: 'one', accident: 'none', retry: 'same', seed: 1, naive: false }

describe('in the sandbox', () => {
  let product: TestProduct
  let support: TestOperator

  beforeAll(async () => {
    product = await openTestProduct()
    support = await newOperator(product, 'support')
  })
  afterAll(() => product.close())

  test('anybody may look, and sees every accident that is offered', async () => {
    const { status, data } = await callProcedure(product, { path: 'lab.current', type: 'query' })
    expect(status).toBe(200)
    expect(data.state).toMatchObject({ busy: null, run: null, schedules: null, problem: null })
    expect(data.offer.accidents.length).toBeGreaterThan(30)
  })

  test.each([
    ['an accident that does not exist', { accident: 'none-such' }, '/accident'],
    ['a seed beyond six digits', { seed: 1_000_000 }, '/seed'],
    ['a shopper that does not exist', { who: 'thousand' }, '/who'],
  ])('%s is refused, with its field', async (_what, change, pointer) => {
    const input = { ...PLAN, ...change }
    const cookie = await support.cookie()
    const answer = await callProcedure(product, { path: 'lab.run', type: 'mutation', input, cookie })
    expect([answer.status, answer.kind]).toEqual([400, 'validation'])
    expect(answer.errors.map((error) => error.pointer)).toEqual([pointer])
  })

  test('to stop where nothing goes on does nothing', async () => {
    const cookie = await support.cookie()
    const answer = await callProcedure(product, { path: 'lab.stop', type: 'mutation', cookie })
    expect([answer.status, product.deps.lab?.state().busy]).toEqual([200, null])
  })
})

test('live mode has no lab: its page and its state are a 404', async () => {
  const live = await openTestProduct({}, liveBank())
  try {
    expect(live.deps.lab).toBeNull()
    const answer = await callProcedure(live, { path: 'lab.current', type: 'query' })
    expect([answer.status, answer.kind]).toEqual([404, 'not-found'])
  } finally {
    await live.close()
  }
})
