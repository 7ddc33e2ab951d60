import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { ALERT_KINDS, type AlertKind, KINDS } from '@/alerts/kinds'
import { chooseMailedKinds } from '@/alerts/rules'
import { listMails } from '@/mail/queue'
import { SYSTEM } from '@/platform/audit'
import { bodyShape } from '@/webhooks/events'
import { raiseDeadWorker, refreshAlerts } from './alerting'
import { noteTurn } from './jobs/health'
import { jobsOf } from './jobs/jobs'
import { everythingChecked } from './testing/checks'
import { callProcedure, newOperator, type TestOperator } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'

let product: TestProduct
let support: TestOperator
let viewer: TestOperator
/** A payment whose outcome is in doubt, and its record. */
let payment: string
let record: string

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '300' })
  support = await newOperator(product, 'support')
  viewer = await newOperator(product, 'viewer')
  const orderId = await product.newOrder()
  await product.pay(
    { orderId, version: 1, key: 'doubt', paymentMethod: 'pm_card_timeout_after_charge' },
    await product.cookie(),
  )
  const { rows } = await sqlAsOwner('SELECT id::text, record_id FROM payment')
  payment = rows[0].id
  record = rows[0].record_id
})
afterAll(() => product.close())
beforeEach(async () => {
  await unguarded(`
    DELETE FROM alert; DELETE FROM job_health; DELETE FROM webhook_delivery; DELETE FROM webhook_endpoint; DELETE FROM surplus_charge;
    DELETE FROM open_charge; DELETE FROM bank_movement; DELETE FROM integrity_violation; UPDATE order_item SET quantity = 2;
    UPDATE integrity_verdict SET whole_error = NULL, whole_started_at = now(); UPDATE api_key SET expires_at = NULL;
    UPDATE webhook_cursor SET xid = 9223372036854775807;
    UPDATE idempotency_record SET state = 'unknown', parked_at = NULL, parked_reason = NULL, created_at = now(), lease_until = now() + interval '1 minute'`)
  await noteTurn(product.deps.db, 'resolver', { handled: 0, ms: 1 })
})

const sqlAsOwner = (statement: string, values: unknown[] = []) => product.owner.query(statement, values)
/** Past the triggers: what only age, or a fault, brings about. */
const unguarded = (statement: string) =>
  sqlAsOwner(`SET session_replication_role = replica; ${statement}; SET session_replication_role = origin`)
const jobs = () => jobsOf(product.deps)
const look = () => refreshAlerts(product.deps, jobs())
const alerts = async (where = 'true') =>
  (
    await sqlAsOwner(
      `SELECT kind, subject, detail, money, ended_at IS NOT NULL AS ended FROM alert WHERE merchant_id = $1 AND ${where} ORDER BY opened_at, kind`,
      [product.merchantId],
    )
  ).rows

interface Fact {
  /** Makes it true; gives the subject of its alert. */
  come(): Promise<string>
  go(): Promise<unknown>
}

const invariant = (id: string) => `invariant ${id}`
const endpoint = async (columns: string) => {
  const { rows } = await sqlAsOwner(
    `INSERT INTO webhook_endpoint (merchant_id, id, url) VALUES ($1, gen_random_uuid(), 'https://shop.example/hook') RETURNING id::text`,
    [product.merchantId],
  )
  await sqlAsOwner(`UPDATE webhook_endpoint SET ${columns} WHERE id = $1`, [rows[0].id])
  return rows[0].id as string
}
const noEndpoint = () => unguarded('DELETE FROM webhook_delivery; DELETE FROM webhook_endpoint')

/** Each kind of alert, by the rows that are its fact. */
const FACTS: Record<AlertKind, Fact> = {
  parked: {
    come: async () => {
      await unguarded(
        `UPDATE idempotency_record SET state = 'unknown', parked_at = now(), parked_reason = 'the bank is silent' WHERE id = '${record}'`,
      )
      return `payment ${payment}`
    },
    go: () =>
      unguarded(
        `UPDATE idempotency_record SET parked_at = NULL, parked_reason = NULL WHERE id = '${record}'`,
      ),
  },
  'doubt-old': {
    come: async () => {
      await unguarded(
        `UPDATE idempotency_record SET created_at = now() - interval '2 hours', lease_until = now() + interval '1 minute' WHERE id = '${record}'`,
      )
      return 'records'
    },
    go: () => unguarded(`UPDATE idempotency_record SET created_at = now() WHERE id = '${record}'`),
  },
  'surplus-parked': {
    come: async () => {
      await unguarded(
        `INSERT INTO surplus_charge (merchant_id, gateway_ref, payment_id, transaction_id, amount, currency, status, reason, settled_at)
         VALUES ('${product.merchantId}', 'ch_twice', '${payment}', gen_random_uuid(), 2400, 'EUR', 'parked', 'the bank refused', now())`,
      )
      return `payment ${payment}`
    },
    go: () => unguarded('DELETE FROM surplus_charge'),
  },
  'stray-charge': {
    come: async () => {
      await sqlAsOwner(
        `INSERT INTO open_charge (gateway_ref, gateway_key, amount, refunded, currency, charged_at, status)
         VALUES ('ch_stray', 'nobody', 500, 0, 'EUR', now(), 'stray')
         ON CONFLICT (gateway_ref) DO UPDATE SET refunded = 0`,
      )
      return 'charge ch_stray'
    },
    go: () => sqlAsOwner('UPDATE open_charge SET refunded = 500'),
  },
  'bank-difference': {
    come: async () => {
      await unguarded(
        `INSERT INTO bank_movement (merchant_id, gateway, ref, kind, amount, fee, currency, happened_at, state, rule)
         VALUES ('${product.merchantId}', 'simulator', 'mov_1', 'charge', 700, 0, 'EUR', now(), 'difference', 'a charge under a key that we do not know')`,
      )
      return 'movement mov_1'
    },
    go: () => unguarded('DELETE FROM bank_movement'),
  },
  'invariant-broken': {
    come: async () => {
      await sqlAsOwner('UPDATE order_item SET quantity = 3')
      await everythingChecked(product.deps.db)
      return invariant('order-is-the-sum-of-its-items')
    },
    go: async () => {
      await sqlAsOwner('UPDATE order_item SET quantity = 2')
      await everythingChecked(product.deps.db)
    },
  },
  'checks-late': {
    come: async () => {
      await sqlAsOwner(
        `INSERT INTO integrity_verdict (invariant, tried_at, whole_error)
         VALUES ('no-card-number', now(), 'cancelled'), ('a-rule-of-long-ago', now(), 'no such view')
         ON CONFLICT (invariant) DO UPDATE SET tried_at = now(), whole_error = excluded.whole_error`,
      )
      return invariant('no-card-number')
    },
    go: () => sqlAsOwner('UPDATE integrity_verdict SET whole_error = NULL'),
  },
  'worker-dead': {
    come: async () => {
      await sqlAsOwner(`UPDATE job_health SET last_finished_at = now() - interval '3 minutes'`)
      await raiseDeadWorker(product.deps, AbortSignal.timeout(10_000))
      return 'worker'
    },
    go: () => noteTurn(product.deps.db, 'resolver', { handled: 0, ms: 1 }),
  },
  'job-stopped': {
    come: async () => {
      await noteTurn(product.deps.db, 'seal', { handled: 0, ms: 1 })
      await sqlAsOwner(
        `UPDATE job_health SET last_finished_at = now() - interval '11 minutes' WHERE job = 'seal'`,
      )
      return 'job seal'
    },
    go: () => noteTurn(product.deps.db, 'seal', { handled: 0, ms: 1 }),
  },
  'job-failing': {
    come: () => failing('sums'),
    go: () => noteTurn(product.deps.db, 'sums', { handled: 0, ms: 1 }),
  },
  'checkout-changed': {
    come: () => failing('page-check'),
    go: () => noteTurn(product.deps.db, 'page-check', { handled: 1, ms: 1 }),
  },
  'queue-late': {
    come: async () => {
      const id = await endpoint(`state = 'enabled'`)
      await unguarded(
        `INSERT INTO webhook_delivery (merchant_id, id, endpoint_id, event_id, event_type, body, next_at)
         VALUES ('${product.merchantId}', gen_random_uuid(), '${id}', gen_random_uuid(), 'payment.succeeded', '{}', now() - interval '6 minutes')`,
      )
      return `webhook_endpoint ${id}`
    },
    go: noEndpoint,
  },
  'key-expiring': {
    come: async () => {
      await unguarded(
        `UPDATE api_key SET created_at = now() - interval '300 days', expires_at = now() + interval '13 days' WHERE merchant_id = '${product.merchantId}'`,
      )
      const { rows } = await sqlAsOwner('SELECT id::text FROM api_key WHERE merchant_id = $1', [
        product.merchantId,
      ])
      return `api_key ${rows[0].id}`
    },
    go: () => unguarded('UPDATE api_key SET expires_at = NULL'),
  },
  'webhook-failing': {
    come: async () => `webhook_endpoint ${await endpoint(`failing_since = now() - interval '2 hours'`)}`,
    go: noEndpoint,
  },
  'webhook-disabled': {
    come: async () => `webhook_endpoint ${await endpoint(`state = 'disabled', reason = 'it answered 410'`)}`,
    go: noEndpoint,
  },
}

async function failing(job: string): Promise<string> {
  await noteTurn(product.deps.db, job, { error: new Error('no luck'), ms: 1 })
  await sqlAsOwner(`UPDATE job_health SET failing_since = now() - interval '11 minutes' WHERE job = $1`, [
    job,
  ])
  await noteTurn(product.deps.db, job, { error: new Error('no luck'), ms: 1 })
  return `job ${job}`
}

describe('each kind', () => {
  it.each(ALERT_KINDS)('%s is opened once, ends with its fact, and comes again as another', async (kind) => {
    const { come, go } = FACTS[kind]
    const subject = await come()
    await look()
    await Promise.all([look(), look()])
    const mine = () => alerts(`kind = '${kind}'`)
    const one = { kind, subject, money: KINDS[kind].money }
    expect(await alerts()).toMatchObject([{ ...one, ended: false }])
    await go()
    await look()
    expect(await mine()).toMatchObject([{ ...one, ended: true }])
    await come()
    await look()
    expect(await mine()).toMatchObject([{ ended: true }, { kind, ended: false }])
    await go()
    await look()
    expect(await alerts('ended_at IS NULL')).toEqual([])
  })
})

test('nothing is opened where all is well', async () => {
  await look()
  expect(await alerts()).toEqual([])
})

test('a fact of another merchant is not ours, and one of the installation is everybody’s', async () => {
  const { merchantId } = await product.otherMerchant()
  await FACTS.parked.come()
  await FACTS['job-stopped'].come()
  await look()
  const { rows } = await sqlAsOwner('SELECT kind FROM alert WHERE merchant_id = $1', [merchantId])
  expect(rows).toEqual([{ kind: 'job-stopped' }])
  await FACTS.parked.go()
  await FACTS['job-stopped'].go()
  await look()
})

test('events tell of the beginning and the end, as documented', async () => {
  await FACTS['stray-charge'].come()
  await look()
  await FACTS['stray-charge'].go()
  await look()
  const { rows } = await sqlAsOwner(
    `SELECT type, payload FROM outbox_event WHERE subject_id = (SELECT id FROM alert WHERE merchant_id = $1) ORDER BY type DESC`,
    [product.merchantId],
  )
  expect(rows.map(({ type }) => type)).toEqual(['alert.opened', 'alert.ended'])
  for (const { type, payload } of rows)
    bodyShape(type).parse({ type, timestamp: new Date().toISOString(), data: JSON.parse(payload) })
})

describe('acknowledging', () => {
  const call = async (path: string, type: string, input: object, who: TestOperator) =>
    callProcedure(product, { path, type, input, cookie: await who.cookie() })

  test('is done once, says by whom, is in the audit log, and the bar is calm', async () => {
    await FACTS.parked.come()
    await look()
    const bar = async () => (await call('alerts.bar', 'query', {}, viewer)).data
    expect(await bar()).toMatchObject({ money: 1, open: 1, broken: 0, workerDeadSince: null })
    const listed = (await call('alerts.list', 'query', {}, viewer)).data
    expect(listed.items).toMatchObject([{ kind: 'parked', state: 'open', subject: { kind: 'payment' } }])
    const { id } = listed.items[0]
    const taken = await call('alerts.acknowledge', 'mutation', { id, note: 'I ask the bank' }, support)
    expect(taken.data).toMatchObject({
      state: 'acknowledged',
      note: 'I ask the bank',
      acknowledgedBy: { name: 'support' },
    })
    const other = await newOperator(product, 'admin')
    const again = await call('alerts.acknowledge', 'mutation', { id, note: 'me too' }, other)
    expect(again.data).toMatchObject({ acknowledgedBy: { name: 'support' }, note: 'I ask the bank' })
    const { rows } = await sqlAsOwner(
      `SELECT actor, detail FROM audit_log WHERE action = 'alert.acknowledged'`,
    )
    expect(rows).toEqual([
      { actor: `operator:${support.id}`, detail: expect.stringContaining('I ask the bank') },
    ])
    expect(await bar()).toMatchObject({ money: 0, open: 0, acknowledged: 1 })
    await FACTS.parked.go()
    await look()
    const ended = (await call('alerts.list', 'query', { state: 'ended' }, viewer)).data.items
    expect(ended).toMatchObject([{ id, state: 'ended', note: 'I ask the bank' }])
  })

  test('a broken invariant stays in the bar until it is mended, acknowledged or not', async () => {
    await FACTS['invariant-broken'].come()
    await look()
    const bar = async () => (await call('alerts.bar', 'query', {}, viewer)).data
    expect(await bar()).toMatchObject({ broken: 1, brokenAcknowledged: 0, money: 0 })
    const [{ id }] = (await call('alerts.list', 'query', {}, viewer)).data.items
    await call('alerts.acknowledge', 'mutation', { id }, support)
    expect(await bar()).toMatchObject({ broken: 1, brokenAcknowledged: 1 })
    await FACTS['invariant-broken'].go()
    await look()
    expect(await bar()).toMatchObject({ broken: 0, brokenAcknowledged: 0 })
  })
})

test('the web process sends the mail about a dead worker, which the worker cannot', async () => {
  await chooseMailedKinds(
    product.deps.db,
    { merchantId: product.merchantId, operatorId: viewer.id, by: SYSTEM },
    ['worker-dead', 'parked'],
  )
  await FACTS['worker-dead'].come()
  const mails = await listMails(product.deps.db, product.merchantId, 10)
  expect(mails).toMatchObject([
    { recipient: viewer.email, subject: '[Payonce] No worker is running', state: 'kept' },
  ])
})

test('metrics count open alerts by kind, and forget what has ended', async () => {
  const metrics = async () =>
    (
      await product.fetch(new Request('http://localhost/api/metrics', { headers: { host: 'localhost' } }), {
        incoming: { socket: { remoteAddress: '127.0.0.1' } },
      })
    ).text()
  await FACTS.parked.come()
  await look()
  expect(await metrics()).toMatch(/^payonce_alerts_open\{kind="parked"\} 1$/m)
  await FACTS.parked.go()
  await look()
  expect(await metrics()).not.toContain('kind="parked"')
  await sqlAsOwner(`UPDATE job_health SET last_finished_at = now() - interval '1 hour'`)
  expect(await metrics()).toMatch(/^payonce_worker_silent_seconds 36\d\d/m)
})

test('the bar says by itself that no worker runs, and that nobody looks for alerts', async () => {
  const cookie = await viewer.cookie()
  const bar = async () => (await callProcedure(product, { path: 'alerts.bar', type: 'query', cookie })).data
  await noteTurn(product.deps.db, 'alerts', { handled: 0, ms: 1 })
  await sqlAsOwner(
    `UPDATE job_health SET last_finished_at = now() - interval '3 minutes' WHERE job = 'alerts'`,
  )
  expect(await bar()).toMatchObject({ workerDeadSince: null, unwatchedSince: expect.any(String) })
  await sqlAsOwner(`UPDATE job_health SET last_finished_at = now() - interval '3 minutes'`)
  expect(await bar()).toMatchObject({ workerDeadSince: expect.any(String) })
})

describe('the database', () => {
  const asApp = (statement: string) => product.deps.db.$executeRawUnsafe(statement)

  test('keeps an alert as it ended, and its acknowledgement', async () => {
    await FACTS.parked.come()
    await look()
    await asApp(`UPDATE alert SET acknowledged_at = now(), acknowledged_by = 'operator:1'`)
    await expect(asApp(`UPDATE alert SET acknowledged_by = 'operator:2'`)).rejects.toThrow(
      /acknowledged once/,
    )
    await expect(asApp('DELETE FROM alert')).rejects.toThrow(/kept for a year/)
    await FACTS.parked.go()
    await look()
    await expect(asApp('UPDATE alert SET ended_at = NULL')).rejects.toThrow(/does not change/)
    await expect(asApp('DELETE FROM alert')).rejects.toThrow(/kept for a year/)
  })
})
