import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { merchantsOf } from '@/access/merchant'
import { openByKind } from '@/alerts/read'
import { readDoubt } from '@/idempotency/stores/read'
import { writeSample } from '../../prisma/sample'
import { refreshAlerts } from './alerting'
import { appRouter } from './root'
import { callProcedure, newOperator, type ProcedureReply, type TestOperator } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'

/** An operator of the demo shop in the sample shop: what they see, and that they can change nothing. */

let product: TestProduct
let admin: TestOperator
let sample: string
let cookie: string

beforeAll(async () => {
  product = await openTestProduct()
  admin = await newOperator(product, 'admin')
  const connection = await product.owner.connect()
  sample = (await writeSample(connection)) ?? ''
  connection.release()
})
afterAll(() => product.close())
beforeEach(async () => {
  cookie = await admin.cookie()
})

const ask = (path: string, input: object = {}, as = cookie): Promise<ProcedureReply> =>
  callProcedure(product, { path, type: 'query', input, cookie: as })
const act = (path: string, input: object = {}, as = cookie): Promise<ProcedureReply> =>
  callProcedure(product, { path, type: 'mutation', input, cookie: as })
const paymentsSeen = async (as = cookie) =>
  (await ask('payments.list', { limit: 50 }, as)).data.items.length as number
const auditEntries = async () =>
  (await product.owner.query(`SELECT merchant_id, action FROM audit_log WHERE action LIKE 'sample%'`)).rows

test('an operator sees their own shop, then the sample as a viewer, then their own again; other sessions see nothing of it', async () => {
  const other = await admin.cookie()
  expect((await ask('sample.current')).data).toEqual({ there: true, shown: false, mayRemove: true })
  expect([await paymentsSeen(), (await ask('alerts.bar')).data.money]).toEqual([0, 0])

  expect((await act('sample.enter')).status).toBe(200)
  expect((await ask('operator.current')).data).toMatchObject({ role: 'viewer', email: admin.email })
  expect((await ask('sample.current')).data).toEqual({ there: true, shown: true, mayRemove: true })
  expect([await paymentsSeen(), (await ask('alerts.bar')).data.money]).toEqual([50, 1])
  expect((await ask('payments.firstSteps')).data).toBeNull()
  expect(await paymentsSeen(other)).toBe(0)

  expect((await act('sample.leave')).status).toBe(200)
  expect((await ask('operator.current')).data).toMatchObject({ role: 'admin' })
  expect(await paymentsSeen()).toBe(0)
})

test('every change is refused in the sample shop, whatever the role at home, and writes nothing', async () => {
  await act('sample.enter')
  const rows =
    'SELECT (SELECT count(*) FROM audit_log) AS audited, (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM refund) AS refunds'
  const before = (await product.owner.query(rows)).rows
  const ways = ['sample.enter', 'sample.leave', 'sample.remove']
  const open = ['checkout.', 'invitation.', 'installation.', 'receipts.verify', 'links.open']
  const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>
  const changes = Object.entries(procedures)
    .filter(([path, { _def }]) => _def.type === 'mutation' && !ways.includes(path))
    .filter(([path]) => !open.some((start) => path.startsWith(start)))
    .map(([path]) => path)
  expect(changes.length).toBeGreaterThan(40)
  for (const path of changes) {
    const reply = await act(path)
    expect([path, reply.status, reply.detail]).toEqual([
      path,
      403,
      expect.stringContaining('This is the sample shop'),
    ])
  }
  expect((await ask('operators.list')).detail).toContain('This is the sample shop')
  const file = await product.call('/api/exports/payments', { headers: { cookie } })
  expect(file.status).toBe(403)
  expect((await product.owner.query(rows)).rows).toEqual(before)
})

test('jobs, metrics and shoppers know nothing of it', async () => {
  const { rows } = await product.owner.query(
    `SELECT o.id, p.receipt_token FROM orders o JOIN payment p ON p.merchant_id = o.merchant_id AND p.order_id = o.id
     WHERE o.merchant_id = $1 ORDER BY o.status = 'open' DESC LIMIT 1`,
    [sample],
  )
  const orderId = `ord_${rows[0].id.replaceAll('-', '')}`
  expect((await ask('checkout.order', { orderId })).status).toBe(404)
  const ours = merchantsOf('test')
  expect(await readDoubt(product.deps.db, ours)).toMatchObject({ inDoubt: 0, parked: 0 })
  expect(await openByKind(product.deps.db, ours)).toEqual([])
  // Neither opened for the own shop, nor ended in the sample: no job looks there.
  await refreshAlerts(product.deps, [])
  const alerts = await product.owner.query('SELECT merchant_id, kind, ended_at FROM alert')
  expect(alerts.rows).toEqual([{ merchant_id: sample, kind: 'parked', ended_at: null }])
})

test('one press removes it for everybody, once, by admins alone; the audit log of the own shop has it', async () => {
  const viewer = await newOperator(product, 'viewer')
  const as = await viewer.cookie()
  await act('sample.enter', {}, as)
  expect(await paymentsSeen(as)).toBe(50)
  expect((await act('sample.remove', {}, as)).status).toBe(403)

  await act('sample.enter')
  for (const turn of [1, 2]) expect([turn, (await act('sample.remove')).status]).toEqual([turn, 200])
  expect(await auditEntries()).toEqual([{ merchant_id: product.merchantId, action: 'sample.removed' }])
  for (const who of [cookie, as]) {
    expect((await ask('sample.current', {}, who)).data).toMatchObject({ there: false, shown: false })
    expect(await paymentsSeen(who)).toBe(0)
  }
  expect((await ask('operator.current')).data).toMatchObject({ role: 'admin' })
  expect((await act('sample.enter')).kind).toBe('not-found')
  const { rows } = await product.owner.query(
    `SELECT receipt_token AS token FROM payment WHERE merchant_id = $1 AND status = 'succeeded' LIMIT 1`,
    [sample],
  )
  expect((await ask('checkout.receipt', { token: rows[0].token })).status).toBe(404)
})
