import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readId } from '@/lib/id'
import { fixedAccounts, type InboxAccount } from '@/payments/stripe/inbox/account'
import { callProcedure, newOperator, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'

/** The inbox in the dashboard: who sees which event, page by page, and "Apply again". */
let product: TestProduct
let theirs: string
let ours: TestOperator
let viewer: TestOperator
let other: TestOperator

const accountOf = (name: string, merchantId: string | null): InboxAccount => ({
  name,
  merchantId,
  mode: 'test',
  stripeId: null,
  secrets: ['whsec_test'],
  calls: null as never,
})

beforeAll(async () => {
  product = await openTestProduct()
  theirs = (await product.otherMerchant()).merchantId
  ours = await newOperator(product, 'support')
  viewer = await newOperator(product, 'viewer')
  other = await newOperator(product, 'support', theirs)
})
afterAll(() => product.close())
beforeEach(async () => {
  product.deps.stripeAccounts = fixedAccounts([accountOf('main', null)])
  await product.owner.query('DELETE FROM stripe_event')
})

/** `changes` are columns of the row. */
const keep = (id: string, changes: Record<string, unknown> = {}) => {
  const row = {
    account: 'main',
    id,
    type: 'payment_intent.succeeded',
    object_id: 'pi_1',
    created_at: new Date(),
    facts: { amount: 2400 },
    source: 'webhook',
    ...changes,
  }
  const names = Object.keys(row)
  const places = names.map((_, index) => `$${index + 1}`)
  return product.owner.query(`INSERT INTO stripe_event (${names}) VALUES (${places})`, Object.values(row))
}
const call = async (path: string, type: 'query' | 'mutation', input: object, as = ours) =>
  callProcedure(product, { path: `inbox.${path}`, type, input, cookie: await as.cookie() })
const idsOf = async (input: object = {}, as = ours) =>
  (await call('list', 'query', input, as)).data.items.map(({ id }: { id: string }) => id)
const audited = async () =>
  (
    await product.owner.query(
      `SELECT actor, subject FROM audit_log WHERE action = 'stripe-event.applied-again'`,
    )
  ).rows

describe('the list', () => {
  it('is read page by page, the latest first, also where many came at one instant', async () => {
    for (let n = 0; n < 7; n++) await keep(`evt_${n}`, { received_at: `2026-01-0${n < 4 ? 1 : n}T00:00:00Z` })
    const first = (await call('list', 'query', { limit: 3 })).data
    const second = (await call('list', 'query', { limit: 3, cursor: first.nextCursor })).data
    const third = (await call('list', 'query', { limit: 3, cursor: second.nextCursor })).data
    const ids = [first, second, third].map(({ items }) => items.map(({ id }: { id: string }) => id))
    expect(ids).toEqual([['evt_6', 'evt_5', 'evt_4'], ['evt_3', 'evt_2', 'evt_1'], ['evt_0']])
    expect(third.nextCursor).toBeNull()
  })

  it('is filtered by state, and finds whole ids', async () => {
    await keep('evt_a', { state: 'failing', object_id: 're_1' })
    await keep('evt_b', { state: 'applied', next_at: null })
    expect([
      await idsOf({ state: 'failing' }),
      await idsOf({ search: 'evt_b' }),
      await idsOf({ search: 're_1' }),
      await idsOf({ search: 're_' }),
    ]).toEqual([['evt_a'], ['evt_b'], ['evt_a'], []])
  })

  it.each([{ cursor: 'x' }, { state: 'lost' }, { limit: 101 }, { search: 'a\u0000' }])(
    'refuses %j',
    async (input) => {
      expect((await call('list', 'query', input)).kind).toBe('validation')
    },
  )
})

describe('who sees an event', () => {
  it('about a payment: its merchant alone, whoever shares the account', async () => {
    const paid = await product.api(
      'POST',
      '/api/v1/payments',
      { amount: 500, currency: 'EUR', paymentMethod: 'pm_card_visa' },
      { 'idempotency-key': 'inbox-1' },
    )
    await keep('evt_ours', { gateway_key: readId('pay', paid.body.id) })
    expect([await idsOf(), await idsOf({}, other)]).toEqual([['evt_ours'], []])
    expect((await call('get', 'query', { id: 'evt_ours' })).data).toMatchObject({
      paymentId: paid.body.id,
      facts: [{ name: 'amount', value: '2400' }],
      state: 'received',
    })
    expect((await call('get', 'query', { id: 'evt_ours' }, other)).kind).toBe('not-found')
    expect((await call('applyAgain', 'mutation', { id: 'evt_ours' }, other)).kind).toBe('not-found')
  })

  it('about nothing of ours: those whose account it is', async () => {
    await keep('evt_shared')
    await keep('evt_theirs', { account: 'their-own' })
    expect([await idsOf(), await idsOf({}, other)]).toEqual([['evt_shared'], ['evt_shared']])
    product.deps.stripeAccounts = fixedAccounts([accountOf('main', null), accountOf('their-own', theirs)])
    expect([await idsOf(), await idsOf({}, other)]).toEqual([['evt_shared'], ['evt_theirs']])
    product.deps.stripeAccounts = fixedAccounts([])
    expect([await idsOf(), await idsOf({}, other)]).toEqual([[], []])
  })
})

describe('Apply again', () => {
  it('makes an event due, whatever became of it, and is audited', async () => {
    await keep('evt_done', { state: 'applied', next_at: null, settled_at: new Date(), tries: 3, reason: 'x' })
    const before = (await audited()).length
    expect((await call('applyAgain', 'mutation', { id: 'evt_done' })).data).toEqual({ asked: true })
    const { rows } = await product.owner.query(
      'SELECT state, tries, reason, settled_at, next_at <= now() AS due FROM stripe_event',
    )
    expect(rows).toEqual([{ state: 'received', tries: 0, reason: null, settled_at: null, due: true }])
    expect((await audited()).slice(before)).toEqual([
      { actor: expect.stringMatching(/^operator:/), subject: 'evt_done' },
    ])
  })

  it('does nothing to one that is being worked on, and writes no entry', async () => {
    await keep('evt_runs', { lease_until: new Date(Date.now() + 60_000), fence: 4 })
    const before = (await audited()).length
    expect((await call('applyAgain', 'mutation', { id: 'evt_runs' })).data).toEqual({ asked: false })
    expect((await product.owner.query('SELECT fence FROM stripe_event')).rows).toEqual([{ fence: 4 }])
    expect(await audited()).toHaveLength(before)
  })

  it('is for support, and for events that are there', async () => {
    await keep('evt_a')
    expect((await call('applyAgain', 'mutation', { id: 'evt_a' }, viewer)).kind).toBe('forbidden')
    expect((await call('applyAgain', 'mutation', { id: 'evt_none' })).kind).toBe('not-found')
    expect((await call('applyAgain', 'mutation', { id: '../x' })).kind).toBe('validation')
  })
})
