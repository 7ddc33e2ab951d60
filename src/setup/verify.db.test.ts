import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { receiptCode, signedBy } from '@/checkout/receipt-code'
import { checkSentCodes, isCodeOf } from '@/checkout/receipts/check-codes'
import { sealLedger } from '@/ledger/seal'
import { checkEverything } from '@/payments/integrity'
import { openDb, openPool } from '@/platform/db'
import { EVERY_PART, invariants } from '@/platform/integrity'
import { openTestProduct, type TestProduct } from '@/server/testing/product'
import { check, readVerifyArguments } from './verify'

let product: TestProduct

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '1500' })
  const cookie = await product.cookie()
  const cards = [
    'pm_card_visa',
    'pm_card_declined',
    'pm_card_timeout_after_charge',
    'pm_card_visa',
    'pm_card_charged_twice',
  ]
  for (const [index, paymentMethod] of cards.entries())
    await product.pay(
      { key: `k${index}`, orderId: await product.newOrder(), version: 1, paymentMethod },
      cookie,
    )
  await giveBackSome()
  await product.deps.attempts.flush()
  await product.deps.reconcile()
})
afterAll(() => product.close())

async function giveBackSome(): Promise<void> {
  const { rows } = await product.owner.query(
    `SELECT id FROM payment WHERE status = 'succeeded' ORDER BY id LIMIT 1`,
  )
  const input = { merchantId: product.merchantId, paymentId: rows[0].id, amount: 100, reason: null }
  const scope = { merchantId: product.merchantId, actor: 'api' }
  await product.deps.engine.run(product.deps.operations.refund, {
    scope,
    key: 'refund',
    input,
    waitMs: 0,
    source: 'test',
    requestId: 'q',
  })
}

const verdict = async () => {
  const pool = openPool(product.owner.options.connectionString as string, {
    max: 1,
    name: 'verify',
  })
  const db = openDb(pool)
  try {
    return await check(db)
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}
const broken = async () =>
  (await verdict()).findings.filter((finding) => finding.offenders.length > 0).map((finding) => finding.id)

/** Breaks the data behind the laws' back, as only the owner with triggers switched off can; everything is put back afterwards. */
async function whileBroken(statements: string, observe: () => Promise<void>): Promise<void> {
  const client = await product.owner.connect()
  try {
    await client.query(`SET session_replication_role = replica; ${statements}`)
    await observe()
  } finally {
    client.release(true)
  }
}

/** Broken in payments/movements/movements.db.test.ts, where there are movements of each kind. */
const OF_MOVEMENTS = [
  'bank-movement-equals-its-posting',
  'bank-movement-is-posted-once',
  'clearing-account-is-the-sum-of-movements',
  'returned-refund-is-reversed',
  'lost-dispute-is-posted',
  'held-in-disputes-is-the-sum-of-disputes',
]

describe('verify', () => {
  it('positive control: counts what was charged, declined and left in doubt, and finds nothing wrong', async () => {
    const { ok, counted, findings } = await verdict()
    expect(findings.filter((finding) => finding.offenders.length > 0)).toEqual([])
    expect(ok).toBe(true)
    expect(counted).toMatchObject({
      charges: 5,
      succeeded: 3,
      declined: 1,
      inDoubt: 1,
      transactions: 6,
      attempts: 6,
    })
  })

  const SUCCEEDED = `(SELECT id FROM payment WHERE status = 'succeeded' ORDER BY id LIMIT 1)`
  const ENDED_AUTHORISATION = `INSERT INTO authorisation (merchant_id, payment_id, gateway_ref, capture_before, ended_at) SELECT merchant_id, id, gateway_ref, now(), now() FROM payment WHERE id = ${SUCCEEDED}`
  const BREAKS: [id: string, breakIt: string, mendIt: string][] = [
    [
      'one-charge-per-key',
      `INSERT INTO gateway_simulator.charge SELECT 'ch_x', idempotency_key, amount, currency FROM gateway_simulator.charge LIMIT 1`,
      `DELETE FROM gateway_simulator.charge WHERE id = 'ch_x'`,
    ],
    [
      'balance-is-within-its-limit',
      `UPDATE account SET min_balance = 1000000000, limited_since = now() WHERE code = 'gateway_clearing'`,
      `UPDATE account SET min_balance = NULL, limited_since = NULL`,
    ],
    [
      'authorisation-agrees-with-payment',
      `INSERT INTO authorisation (merchant_id, payment_id, gateway_ref, capture_before) SELECT merchant_id, id, gateway_ref, now() FROM payment WHERE id = ${SUCCEEDED}`,
      'DELETE FROM authorisation',
    ],
    ['pending-posting-agrees-with-payment', ENDED_AUTHORISATION, 'DELETE FROM authorisation'],
    [
      'pending-posting-agrees-with-payment',
      `${ENDED_AUTHORISATION}; INSERT INTO pending_posting (merchant_id, payment_id, debit_account_id, credit_account_id, currency, amount, ended_at, transaction_id)
       SELECT p.merchant_id, p.id, d.id, c.id, p.currency, p.amount + 1, now(), t.id FROM payment p JOIN ledger_transaction t ON t.payment_id = p.id AND t.kind = 'capture'
       JOIN account d ON d.code = 'gateway_clearing' AND d.currency = p.currency JOIN account c ON c.code = 'sales' AND c.currency = p.currency WHERE p.id = ${SUCCEEDED}`,
      'DELETE FROM pending_posting; DELETE FROM authorisation',
    ],
    [
      'authorisation-end-agrees-with-payment',
      `${ENDED_AUTHORISATION};
       INSERT INTO authorisation_end (merchant_id, id, payment_id, record_id, kind, status) SELECT merchant_id, id, id, record_id, 'void', 'released' FROM payment WHERE id = ${SUCCEEDED}`,
      'DELETE FROM authorisation_end; DELETE FROM authorisation',
    ],
    [
      'no-authorisation-is-overdue',
      `INSERT INTO authorisation (merchant_id, payment_id, gateway_ref, capture_before) SELECT merchant_id, id, gateway_ref, now() - interval '2 hours' FROM payment WHERE id = ${SUCCEEDED};
       UPDATE payment SET status = 'authorised' WHERE id = (SELECT payment_id FROM authorisation)`,
      `UPDATE payment SET status = 'succeeded' WHERE id = (SELECT payment_id FROM authorisation); DELETE FROM authorisation`,
    ],
    [
      'voided-payment-is-released',
      `${ENDED_AUTHORISATION};
       UPDATE payment SET status = 'voided' WHERE id = (SELECT payment_id FROM authorisation)`,
      `UPDATE payment SET status = 'succeeded' WHERE id = (SELECT payment_id FROM authorisation); DELETE FROM authorisation`,
    ],
    [
      'payment-is-of-its-order',
      `UPDATE orders SET version = version + 1 WHERE id = (SELECT order_id FROM payment WHERE id = ${SUCCEEDED});
       UPDATE order_item SET order_version = order_version + 1 WHERE order_id = (SELECT order_id FROM payment WHERE id = ${SUCCEEDED})`,
      `UPDATE orders SET version = version - 1 WHERE id = (SELECT order_id FROM payment WHERE id = ${SUCCEEDED});
       UPDATE order_item SET order_version = order_version - 1 WHERE order_id = (SELECT order_id FROM payment WHERE id = ${SUCCEEDED})`,
    ],
    [
      'receipt-mail-is-of-its-payment',
      `INSERT INTO receipt_mail (merchant_id, payment_id, number, id, amount, currency, transaction_id, code, signed_by, actor)
       SELECT p.merchant_id, p.id, 0, p.id, p.amount + 1, p.currency, t.id, '0123456789ab', '0123456789abcdef', 'system'
       FROM payment p JOIN ledger_transaction t ON t.payment_id = p.id AND t.kind = 'capture' WHERE p.id = ${SUCCEEDED}`,
      'DELETE FROM receipt_mail',
    ],
    [
      'charge-has-its-payment',
      `INSERT INTO gateway_simulator.charge VALUES ('ch_y', 'nobody', 5, 'EUR')`,
      `DELETE FROM gateway_simulator.charge WHERE id = 'ch_y'`,
    ],
    [
      'no-charge-is-stray',
      `INSERT INTO open_charge (gateway_ref, gateway_key, amount, refunded, currency, charged_at, status) VALUES ('ch_stray', 'nobody', 5, 0, 'EUR', now(), 'stray')`,
      `DELETE FROM open_charge WHERE gateway_ref = 'ch_stray'`,
    ],
    [
      'surplus-charge-is-posted',
      `UPDATE surplus_charge SET amount = amount + 1`,
      `UPDATE surplus_charge SET amount = amount - 1`,
    ],
    [
      'surplus-charge-is-posted',
      `UPDATE surplus_charge SET status = 'parked'`,
      `UPDATE surplus_charge SET status = 'refunded'`,
    ],
    [
      'surplus-charge-is-posted',
      `UPDATE ledger_transaction SET kind = 'surplus' WHERE id = (SELECT id FROM ledger_transaction WHERE kind = 'capture' ORDER BY id LIMIT 1)`,
      `UPDATE ledger_transaction t SET kind = 'capture' WHERE kind = 'surplus' AND NOT EXISTS (SELECT FROM surplus_charge s WHERE s.transaction_id = t.id)`,
    ],
    [
      'surplus-charge-was-given-back',
      `UPDATE gateway_simulator.refund SET amount = amount - 1`,
      `UPDATE gateway_simulator.refund SET amount = amount + 1`,
    ],
    [
      'payment-has-its-charge',
      `UPDATE payment SET gateway_ref = gateway_ref || 'x' WHERE id = ${SUCCEEDED}`,
      `UPDATE payment SET gateway_ref = rtrim(gateway_ref, 'x') WHERE id = ${SUCCEEDED}`,
    ],
    [
      'one-live-payment-per-order',
      `INSERT INTO payment SELECT (jsonb_populate_record(p, '{"id": "018f0000-0000-7000-8000-000000000001", "gateway_key": "x", "gateway_ref": "x", "receipt_token": "x"}')).* FROM payment p WHERE id = ${SUCCEEDED}`,
      `DELETE FROM payment WHERE gateway_key = 'x'`,
    ],
    [
      'order-agrees-with-payment',
      `UPDATE orders SET status = 'open' WHERE id = (SELECT order_id FROM payment WHERE id = ${SUCCEEDED})`,
      `UPDATE orders SET status = 'paid' WHERE id = (SELECT order_id FROM payment WHERE id = ${SUCCEEDED})`,
    ],
    [
      'order-is-the-sum-of-its-items',
      `UPDATE order_item SET quantity = quantity + 1`,
      `UPDATE order_item SET quantity = quantity - 1`,
    ],
    [
      'answer-agrees-with-payment',
      `UPDATE idempotency_record SET problem = 'not-charged' WHERE problem IS NULL AND state = 'completed'`,
      `UPDATE idempotency_record SET problem = NULL WHERE problem = 'not-charged'`,
    ],
    [
      'hours-are-counted-right',
      // As if the hours of yesterday were counted, and held a payment.
      `INSERT INTO hours_counted (since, upto, noted_at, noted_xid) VALUES (now() - interval '2 days', now() - interval '1 day', now(), 1);
       INSERT INTO payment_hour SELECT merchant_id, now() - interval '30 hours', 'EUR', 'succeeded', 1, 100 FROM payment LIMIT 1`,
      'DELETE FROM payment_hour; DELETE FROM hours_counted',
    ],
    [
      'attempts-are-counted-right',
      // As if charges were counted up to here, and nothing was.
      `INSERT INTO attempts_counted (charges_xid, attempts_xid, last_merchant_id, last_id)
       SELECT max(xid) + 1, 1, '00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000' FROM ledger_transaction`,
      'DELETE FROM attempts_counted',
    ],
    [
      'everything-is-found',
      // As if everything were copied for searches, and nothing was.
      `INSERT INTO search_indexed (kind, upto) VALUES ('payment', now()), ('record', now())`,
      'DELETE FROM search_indexed',
    ],
    [
      'payment-has-its-record',
      `UPDATE payment SET record_id = record_id || 'x' WHERE id = ${SUCCEEDED}`,
      `UPDATE payment SET record_id = rtrim(record_id, 'x') WHERE id = ${SUCCEEDED}`,
    ],
    [
      'settled-payment-was-told',
      `UPDATE outbox_event SET type = type || '!'`,
      `UPDATE outbox_event SET type = rtrim(type, '!')`,
    ],
    [
      'nothing-is-stuck',
      `UPDATE idempotency_record SET lease_until = now() - interval '5 min' WHERE state = 'unknown'`,
      `UPDATE idempotency_record SET lease_until = now() WHERE state = 'unknown'`,
    ],
    [
      'currency-is-known',
      `INSERT INTO account SELECT merchant_id, gen_random_uuid(), code, name, type, 'XXX' FROM account WHERE type = 'revenue'`,
      `DELETE FROM account WHERE currency = 'XXX'`,
    ],
    [
      'refunds-are-within-their-payment',
      `UPDATE payment SET refunded_amount = 99 WHERE refunded_amount = 100`,
      `UPDATE payment SET refunded_amount = 100 WHERE refunded_amount = 99`,
    ],
    [
      'refund-was-given-back',
      `UPDATE refund SET gateway_ref = gateway_ref || 'x'`,
      `UPDATE refund SET gateway_ref = rtrim(gateway_ref, 'x')`,
    ],
    [
      'bank-refund-was-asked-for',
      `INSERT INTO gateway_simulator.refund SELECT 're_x', 'nobody', charge_id, 1, currency FROM gateway_simulator.refund LIMIT 1`,
      `DELETE FROM gateway_simulator.refund WHERE id = 're_x'`,
    ],
    [
      'refund-is-posted',
      `UPDATE ledger_transaction SET kind = 'surplus' WHERE kind = 'refund'`,
      `UPDATE ledger_transaction SET kind = 'refund' WHERE id = (SELECT transaction_id FROM refund)`,
    ],
    [
      'answer-agrees-with-refund',
      `UPDATE refund SET record_id = record_id || 'x'`,
      `UPDATE refund SET record_id = rtrim(record_id, 'x')`,
    ],
    [
      'no-card-number',
      `UPDATE orders SET reference = 'card 4242 4242 4242 4242'`,
      `UPDATE orders SET reference = NULL`,
    ],
    [
      'no-card-number',
      `INSERT INTO refund_request (merchant_id, id, payment_id, amount, currency, reason, actor)
       SELECT merchant_id, gen_random_uuid(), id, 1, currency, 'card 4242 4242 4242 4242', 'operator:a' FROM payment LIMIT 1`,
      `DELETE FROM refund_request`,
    ],
    [
      'no-card-number',
      `INSERT INTO payment_note (merchant_id, id, payment_id, text, actor)
       SELECT merchant_id, gen_random_uuid(), id, 'card 4242 4242 4242 4242', 'operator:a' FROM payment LIMIT 1`,
      `DELETE FROM payment_note`,
    ],
    [
      'no-card-number',
      `INSERT INTO resolution (merchant_id, id, kind, subject, payment_id, ending, facts, evidence, actor)
       SELECT merchant_id, gen_random_uuid(), 'payment', id, id, 'not-charged', '{}', 'card 4242 4242 4242 4242', 'operator:a' FROM payment LIMIT 1`,
      `DELETE FROM resolution`,
    ],
    [
      'resolution-came-true',
      `INSERT INTO resolution (merchant_id, id, kind, subject, payment_id, ending, facts, evidence, actor, status, decided_actor, decided_at)
       SELECT merchant_id, gen_random_uuid(), 'payment', id, id, 'not-charged', '{}', 'x', 'operator:a', 'confirmed', 'operator:b', now()
       FROM payment WHERE status = 'succeeded' LIMIT 1`,
      `DELETE FROM resolution`,
    ],
    [
      'declared-charge-is-at-the-bank',
      `INSERT INTO resolution (merchant_id, id, kind, subject, payment_id, ending, bank_ref, facts, evidence, actor, status, decided_actor, decided_at)
       SELECT merchant_id, gen_random_uuid(), 'payment', id, id, 'charged', 'ch_never', '{}', 'x', 'operator:a', 'confirmed', 'operator:b', now()
       FROM payment WHERE status = 'succeeded' LIMIT 1`,
      `DELETE FROM resolution`,
    ],
    [
      'refund-request-is-decided-by-another',
      `INSERT INTO refund_request (merchant_id, id, payment_id, amount, currency, reason, actor, status, decided_actor, decided_at)
       SELECT merchant_id, gen_random_uuid(), id, 1, currency, 'lost', 'operator:a', 'approved', 'operator:b', now() FROM payment LIMIT 1`,
      `DELETE FROM refund_request`,
    ],
    [
      'transaction-balances',
      `UPDATE entry SET amount = amount + 1 WHERE position = 1`,
      `UPDATE entry SET amount = amount - 1 WHERE position = 1`,
    ],
  ]
  it.each(BREAKS)('finds a broken %s', async (id, breakIt, mendIt) => {
    await whileBroken(breakIt, async () => expect(await broken()).toContain(id))
    await whileBroken(mendIt, async () => expect(await broken()).toEqual([]))
  })

  it('asks the simulated bank for no charge of a payment that went to Stripe, if its intent is of the same amount', async () => {
    const charge = `(SELECT gateway_ref FROM payment WHERE id = ${SUCCEEDED})`
    const intent = (amount: string) => `DELETE FROM stripe_intent;
      INSERT INTO stripe_intent (gateway_key, intent_id, amount, currency)
      SELECT gateway_key, 'pi_1', ${amount}, currency FROM payment WHERE id = ${SUCCEEDED}`
    const missing = 'payment-has-its-charge'
    await whileBroken(
      `UPDATE gateway_simulator.charge SET currency = 'XXX' WHERE id = ${charge}; ${intent('amount + 1')}`,
      async () => expect(await broken()).toContain(missing),
    )
    await whileBroken(intent('amount'), async () => expect(await broken()).not.toContain(missing))
    const mend = `DELETE FROM stripe_intent; UPDATE gateway_simulator.charge SET currency = 'EUR' WHERE id = ${charge}`
    await whileBroken(mend, async () => expect(await broken()).toEqual([]))
  })

  it('finds a broken no-transaction-is-left-open', async () => {
    const client = await product.owner.connect()
    // Our own pools end such a connection after 10 s, so this one is of another program.
    await client.query(`SET idle_in_transaction_session_timeout = 0; BEGIN`)
    await setTimeout(10_500)
    expect(await broken()).toEqual(['no-transaction-is-left-open'])
    client.release(true)
    expect(await broken()).toEqual([])
  })

  it('the ledger’s own are broken in ledger/audit.db.test.ts, the chains in their own tests, and every other one here', async () => {
    const proved = new Set([...BREAKS.map(([id]) => id), 'no-transaction-is-left-open', ...OF_MOVEMENTS])
    const all = await invariants(product.deps.db, EVERY_PART)
    expect(all.filter(({ id, part }) => !['ledger', 'chain'].includes(part) && !proved.has(id))).toEqual([])
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([...proved]))
  })

  it('names the place of a card number, and not the number', async () => {
    await whileBroken(`UPDATE orders SET reference = 'card 4242 4242 4242 4242'`, async () => {
      expect(JSON.stringify(await verdict())).toContain('holds a card number')
      expect(JSON.stringify(await verdict())).not.toContain('4242')
    })
    await product.owner.query('UPDATE orders SET reference = NULL')
  })

  it('the product’s own role sees what the owner sees', async () => {
    await whileBroken(`UPDATE order_item SET quantity = quantity + 1`, async () => {
      expect((await check(product.deps.db)).findings).toEqual((await verdict()).findings)
    })
    await product.owner.query(`UPDATE order_item SET quantity = quantity - 1`)
  })
})

describe('a head that was noted elsewhere', () => {
  const compare = async (...noted: string[]) => {
    const report = await checkEverything(product.deps.db, noted)
    return { ok: report.ok, noted: report.noted, heads: report.heads }
  }
  const headOf = async (chain: string) => {
    const head = (await compare()).heads.find(
      (one) => one.merchantId === product.merchantId && one.chain === chain,
    )
    if (!head) throw new Error(`no ${chain} chain`)
    return head
  }
  const sealAll = () =>
    expect
      .poll(
        async () => {
          await sealLedger(product.deps.db, 1_000)
          return (await checkEverything(product.deps.db)).sealing.unsealed
        },
        { timeout: 20_000 },
      )
      .toBe(0)

  it('holds while the chain contains it, also when the chain has grown; an unknown one does not', async () => {
    await sealAll()
    const [ledger, audit] = [await headOf('ledger'), await headOf('audit')]
    const before = await compare(ledger.hash, audit.hash)
    expect(before).toMatchObject({
      ok: true,
      noted: [
        {
          holds: true,
          link: { merchantId: product.merchantId, chain: 'ledger', seq: ledger.seq, since: '0' },
        },
        { holds: true, link: { merchantId: product.merchantId, chain: 'audit', seq: audit.seq, since: '0' } },
      ],
    })
    const input = {
      key: 'grows',
      orderId: await product.newOrder(),
      version: 1,
      paymentMethod: 'pm_card_visa',
    }
    await product.pay(input, await product.cookie())
    await sealAll()
    expect((await compare(ledger.hash)).noted).toMatchObject([
      { holds: true, link: { seq: ledger.seq, since: '1' } },
    ])
    const unknown = 'ab'.repeat(32)
    expect(await compare(unknown, ledger.hash)).toMatchObject({
      ok: false,
      noted: [
        { hash: unknown, link: null, holds: false },
        { hash: ledger.hash, holds: true },
      ],
    })
  })

  it('does not hold when a link up to it was changed, and holds when only a later one was', async () => {
    await sealAll()
    const { rows } = await product.owner.query(
      `SELECT seq::int, encode(hash, 'hex') AS hash, transaction_id AS id FROM ledger_seal WHERE merchant_id = $1 ORDER BY seq`,
      [product.merchantId],
    )
    const [first, second, third] = rows
    const own = `merchant_id = '${product.merchantId}' AND id = '${second.id}'`
    await whileBroken(
      `UPDATE ledger_transaction SET description = description || '!' WHERE ${own}`,
      async () =>
        expect(await compare(first.hash, second.hash, third.hash)).toMatchObject({
          ok: false,
          noted: [
            { holds: true, link: { seq: '1' } },
            { holds: false, link: { seq: '2' } },
            { holds: false, link: { seq: '3' } },
          ],
        }),
    )
    await whileBroken(
      `UPDATE ledger_transaction SET description = rtrim(description, '!') WHERE ${own}`,
      async () => expect((await compare(third.hash)).ok).toBe(true),
    )
  })

  it('is lost when the whole chain is rewritten, which the chain alone does not show', async () => {
    await sealAll()
    const { hash } = await headOf('ledger')
    await whileBroken(
      `CREATE TABLE kept_seal AS SELECT * FROM ledger_seal; CREATE TABLE kept_head AS SELECT * FROM chain_head;
       DELETE FROM ledger_seal; DELETE FROM chain_head WHERE chain = 'ledger'; UPDATE ledger_transaction SET xid = NULL, description = description || '!'`,
      async () => {
        await sealAll()
        expect(await compare()).toMatchObject({ ok: true })
        expect(await compare(hash)).toMatchObject({ ok: false, noted: [{ link: null, holds: false }] })
      },
    )
    await whileBroken(
      `DELETE FROM ledger_seal; DELETE FROM chain_head; INSERT INTO ledger_seal SELECT * FROM kept_seal; INSERT INTO chain_head SELECT * FROM kept_head;
       DROP TABLE kept_seal, kept_head; UPDATE ledger_transaction SET description = rtrim(description, '!')`,
      async () => expect(await compare(hash)).toMatchObject({ ok: true }),
    )
  })

  it.each([
    [['--head']],
    [['--head', 'abc']],
    [['--head', `${'ab'.repeat(31)}zz`]],
    [['--head', 'ab'.repeat(33)]],
    [['--heads', 'ab'.repeat(32)]],
    [['ab'.repeat(32)]],
    [['--receipt', 'pay_1:0123456789ab']],
    [['--receipt', `pay_${'0'.repeat(32)}`]],
  ])('is refused with the usage when it is none: %j', (args) => {
    expect(() => readVerifyArguments(args)).toThrow('Usage: npm run verify')
  })

  it('may be given more than once, in either case', () => {
    expect(readVerifyArguments(['--json', '--head', 'AB'.repeat(32), `--head=${'cd'.repeat(32)}`])).toEqual({
      json: true,
      heads: ['ab'.repeat(32), 'cd'.repeat(32)],
      receipts: [],
    })
    expect(readVerifyArguments([])).toEqual({ json: false, heads: [], receipts: [] })
  })
})

describe('the codes of receipts', () => {
  const sign = () => product.deps.receiptSecrets
  const shown = async () => {
    const { rows } = await product.owner.query(
      `SELECT p.id::text AS "paymentId", p.amount::bigint, p.currency, t.id::text AS "transactionId" FROM payment p
       JOIN ledger_transaction t ON t.payment_id = p.id AND t.kind = 'capture' ORDER BY p.id LIMIT 1`,
    )
    const payment = { ...rows[0], amount: BigInt(rows[0].amount) }
    return {
      payment: `pay_${payment.paymentId.replaceAll('-', '')}`,
      code: receiptCode(payment, sign()[0]),
      uuid: payment.paymentId,
    }
  }
  const sent = (code: string, signer: string) =>
    `INSERT INTO receipt_mail (merchant_id, payment_id, number, id, amount, currency, transaction_id, code, signed_by, actor)
     SELECT p.merchant_id, p.id, 0, p.id, p.amount, p.currency, t.id, '${code}', '${signer}', 'system'
     FROM payment p JOIN ledger_transaction t ON t.payment_id = p.id AND t.kind = 'capture' ORDER BY p.id LIMIT 1`

  it('one that somebody holds is compared with the books', async () => {
    const { payment, code, uuid } = await shown()
    const holds = (of = payment, what = code) =>
      isCodeOf(product.deps.db, { payment: of, code: what }, sign())
    expect(await holds()).toBe(true)
    expect(await holds(payment, '000000000000')).toBe(false)
    expect(await holds(`pay_${'0'.repeat(32)}`)).toBe(false)
    await whileBroken(`UPDATE payment SET amount = amount + 1 WHERE id = '${uuid}'`, async () =>
      expect(await holds()).toBe(false),
    )
    await whileBroken(`UPDATE payment SET amount = amount - 1 WHERE id = '${uuid}'`, async () =>
      expect(await holds()).toBe(true),
    )
  })

  it('each that was sent is computed anew; of an older secret nothing is said', async () => {
    const { payment, code, uuid } = await shown()
    const check = () => checkSentCodes(product.deps.db, sign())
    await whileBroken(sent(code, signedBy(sign()[0])), async () =>
      expect(await check()).toEqual({ checked: 1, unknownSecret: 0, wrong: [] }),
    )
    await whileBroken(
      `UPDATE payment SET amount = amount + 1 WHERE id = '${uuid}'; UPDATE receipt_mail SET amount = amount + 1`,
      async () => expect(await check()).toEqual({ checked: 1, unknownSecret: 0, wrong: [payment] }),
    )
    await whileBroken(
      `UPDATE payment SET amount = amount - 1 WHERE id = '${uuid}'; UPDATE receipt_mail SET amount = amount - 1, signed_by = '0123456789abcdef'`,
      async () => expect(await check()).toEqual({ checked: 0, unknownSecret: 1, wrong: [] }),
    )
    await whileBroken('DELETE FROM receipt_mail', async () => expect((await check()).checked).toBe(0))
  })
})
