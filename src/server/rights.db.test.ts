import { afterAll, beforeAll, expect, test } from 'vitest'
import { mayActAs, ROLES } from '@/access/operator'
import { appRouter } from './root'
import { callProcedure, newOperator } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'
import type { Policy } from './trpc'
import { AREAS, RIGHT_WORDS } from './wire/right-words'

let product: TestProduct
beforeAll(async () => {
  product = await openTestProduct()
})
afterAll(() => product.close())

type Definition = { type: string; meta?: Policy }
const PROCEDURES = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: Definition }>,
).map(([name, { _def }]) => ({ name, ..._def }))
/** One's own account is everybody's. */
const OWN = /^(account|factors|operator)\./

test('each change that an operator can make has words, and each of the words is of a procedure', () => {
  const changes = PROCEDURES.filter(({ type, meta }) => type === 'mutation' && meta?.policy !== 'public')
  expect(changes.length).toBeGreaterThan(30)
  expect(
    changes.filter(({ name }) => !OWN.test(name) && !(name in RIGHT_WORDS)).map(({ name }) => name),
  ).toEqual([])
  const names = PROCEDURES.map(({ name }) => name)
  // `rights.list` itself is in no table of rooms.
  expect(Object.keys(RIGHT_WORDS).filter((name) => !names.includes(name))).toEqual([])
  expect(Object.keys(RIGHT_WORDS).filter((name) => !AREAS[name.split('.')[0] ?? ''])).toEqual([])
})

test('what is shown is what each call is judged by', async () => {
  const cookie = await (await newOperator(product, 'viewer')).cookie()
  const { data } = await callProcedure(product, { path: 'rights.list', type: 'query', cookie })
  const shown = new Map<string, { roles: string[]; stepUp: boolean }>(
    data.areas.flatMap(({ rights }: { rights: { words: string }[] }) =>
      rights.map((right) => [right.words, right]),
    ),
  )
  expect(shown.size).toBeGreaterThan(40)
  for (const { name, meta } of PROCEDURES) {
    const words = RIGHT_WORDS[name]
    const policy = meta?.policy
    if (words === undefined || !policy || policy === 'public' || name === 'rights.list') continue
    const expected = ROLES.filter((role) => mayActAs(role, policy))
    expect([name, shown.get(words)?.roles]).toEqual([name, expected])
    expect([name, shown.get(words)?.stepUp]).toEqual([name, meta?.stepUp === true])
  }
})
