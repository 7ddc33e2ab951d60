import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepAt, totpCode } from '@/access/totp'
import { appRouter } from './root'
import { liveBank } from './testing/live'
import { callProcedure, newOperator } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'

let live: TestProduct
beforeAll(async () => {
  live = await openTestProduct({}, liveBank())
})
afterAll(() => live.close())

type Definition = { type: string; meta?: { policy?: string; withoutFactor?: boolean } }
const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: Definition }>,
).map(([path, { _def }]) => ({ path, ..._def }))

/** What an admin needs to add a factor, and to end their sessions. */
const OPEN = [
  'operator.current',
  'account.get',
  'account.confirmOptions',
  'account.confirm',
  'account.changePassword',
  'account.endSession',
  'account.endOtherSessions',
  'account.endAllSessions',
  'factors.list',
  'factors.beginTotp',
  'factors.confirmTotp',
  'factors.removeTotp',
  'factors.newRecoveryCodes',
  'factors.beginPasskey',
  'factors.addPasskey',
  'factors.removePasskey',
]

const NEEDED = 'second-factor-required'

test('an admin of a live installation without a second factor may add one, and do nothing else', async () => {
  const admin = await newOperator(live, 'admin')
  expect(procedures.filter(({ meta }) => meta?.withoutFactor).map(({ path }) => path)).toEqual(OPEN)
  const closed = procedures.filter(({ path, meta }) => meta?.policy !== 'public' && !OPEN.includes(path))
  expect(closed.length).toBeGreaterThan(20)
  const cookie = await admin.cookie()
  const kindOf = async ({ path, type }: { path: string; type: string }) =>
    (await callProcedure(live, { path, type, cookie })).kind
  for (const procedure of closed)
    expect([procedure.path, await kindOf(procedure)]).toEqual([procedure.path, NEEDED])
  const exported = () => live.call('/api/audit/export?format=csv', { headers: { cookie } })
  const refused = await exported()
  expect(refused.status).toBe(403)
  expect((await refused.json()).type).toBe(`/problems/${NEEDED}`)

  const send = async (path: string, input: object = {}) =>
    (await callProcedure(live, { path, type: 'mutation', input, cookie })).data
  const current = async () =>
    (await callProcedure(live, { path: 'operator.current', type: 'query', cookie })).data
  expect(await current()).toMatchObject({ factorNeeded: true, sandbox: false })
  const { secret } = await send('factors.beginTotp')
  // Begun is not yet had.
  expect(await kindOf({ path: 'payments.overview', type: 'query' })).toBe(NEEDED)
  await send('factors.confirmTotp', { code: totpCode(secret, stepAt(Date.now() / 1_000)) })
  expect(await current()).toMatchObject({ factorNeeded: false })
  for (const path of ['payments.list', 'operators.list', 'developers.keys'])
    expect(await kindOf({ path, type: 'query' })).toBeNull()
  expect((await exported()).status).toBe(200)
  // And without it again, the same.
  await send('factors.removeTotp')
  expect(await kindOf({ path: 'operators.list', type: 'query' })).toBe(NEEDED)
})

test('it is not demanded of others, nor in the sandbox', async () => {
  const sandbox = await openTestProduct()
  for (const [product, role] of [
    [live, 'support'],
    [live, 'viewer'],
    [sandbox, 'admin'],
  ] as const) {
    const cookie = await (await newOperator(product, role)).cookie()
    expect((await callProcedure(product, { path: 'payments.list', type: 'query', cookie })).kind).toBeNull()
  }
  await sandbox.close()
})
