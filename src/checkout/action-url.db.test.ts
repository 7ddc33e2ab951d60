import fs from 'node:fs'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { findPaymentForApi } from '@/payments/api-read'
import { movePayment } from '@/payments/store'
import type { Db } from '@/platform/db'
import { openTestDatabase } from '@/setup/test/database'
import type { PayOperation } from './pay'
import { readAttemptState, readCheckout } from './read'
import { type RecheckDeps, recheckPayment } from './recheck'

/** `payment.action_url`: written by the move, cleared by the next one, read by page and API, found by the bank's page. */
const MERCHANT = uuidv7()
const MIGRATION = new URL('../../prisma/migrations/0010_action_url/migration.sql', import.meta.url)

let db: Db
let owner: pg.Client
let close: () => Promise<void>
let order: string
let payment: string
let url: string

beforeAll(async () => {
  ;({ db, owner, close } = await openTestDatabase())
  await owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'A')`, [MERCHANT])
})
afterAll(() => close())
beforeEach(async () => {
  order = uuidv7()
  payment = await waitingPayment(order)
  url = `/api/bank/challenges/chl_${payment}`
})

/** A payment in doubt with its record, whose stored answer is `answer`. */
async function waitingPayment(orderId: string, operation = 'checkout.pay', answer: string | null = null) {
  const id = uuidv7()
  await owner.query(
    `INSERT INTO orders (merchant_id, id, currency, amount) VALUES ($1, $2, 'EUR', 2400) ON CONFLICT DO NOTHING`,
    [MERCHANT, orderId],
  )
  await owner.query(
    `INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, receipt_token)
     VALUES ($1, $2::uuid, $3, 'r' || $2::text, 'requires_action', 2400, 'EUR', 'pm_card_challenge', $2::text, 't' || $2::text)`,
    [MERCHANT, id, orderId],
  )
  await owner.query(
    `INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, subject_id, answer, status)
     VALUES ($1, 'r' || $2::text, 's', $3, 'k', 'f', 1, 'unknown', gen_random_uuid(), 'w', $2::uuid, $4, 200)`,
    [MERCHANT, id, operation, answer],
  )
  return id
}

const challenge = () =>
  db.$queryRaw(movePayment({ merchantId: MERCHANT, id: payment }, 'requires_action', { actionUrl: url }).sql)
const stored = async (id = payment): Promise<string | null> =>
  (await owner.query('SELECT action_url FROM payment WHERE id = $1', [id])).rows[0].action_url

describe('the move writes it', () => {
  it('and page and API read it while the shopper has to confirm', async () => {
    await challenge()
    const confirm = `${url}?return=%2Fcheckout%2Ford_${order.replaceAll('-', '')}%3Ffrom%3Dbank`
    expect(await stored()).toBe(url)
    expect((await readCheckout(db, order))?.payment).toMatchObject({ actionUrl: confirm })
    const of = { merchantId: MERCHANT, orderId: order, recordId: `r${payment}` }
    expect(await readAttemptState(db, of)).toMatchObject({ state: 'requires_action', actionUrl: confirm })
    expect(await findPaymentForApi(db, MERCHANT, payment)).toMatchObject({ actionUrl: url })
  })

  it.each(['unknown', 'declined', 'not_charged'] as const)('a move to %s clears it', async (to) => {
    await challenge()
    expect(await db.$queryRaw(movePayment({ merchantId: MERCHANT, id: payment }, to).sql)).toHaveLength(1)
    expect(await stored()).toBeNull()
  })

  it('one that an older server left behind is not shown', async () => {
    await challenge()
    await owner.query(`UPDATE payment SET status = 'unknown' WHERE id = $1`, [payment])
    expect(await stored()).toBe(url)
    expect((await readCheckout(db, order))?.payment).toMatchObject({ status: 'unknown', actionUrl: null })
    expect(await findPaymentForApi(db, MERCHANT, payment)).toMatchObject({ actionUrl: null })
  })
})

describe('recheckPayment', () => {
  const hinted: unknown[] = []
  const deps = (): RecheckDeps => ({
    db,
    engine: { hint: async (operation, about) => void hinted.push([operation.name, about]) },
    operations: [{ name: 'checkout.pay' } as PayOperation, { name: 'payments.create' } as PayOperation],
  })
  beforeEach(async () => {
    hinted.length = 0
    await challenge()
  })

  it('finds the payment by its challenge alone, and the operation that began it', async () => {
    await recheckPayment(deps(), url, 'request')
    const record = { merchantId: MERCHANT, recordId: `r${payment}`, operation: 'checkout.pay' }
    expect(hinted).toEqual([['checkout.pay', record]])
  })

  it.each([
    ['of another challenge', async () => `${url}0`],
    ['of a wild card', async () => '/api/bank/challenges/%'],
    [
      'that is answered',
      async () => {
        await db.$queryRaw(movePayment({ merchantId: MERCHANT, id: payment }, 'declined').sql)
        return url
      },
    ],
  ])('does nothing for a URL %s', async (_, given) => {
    await recheckPayment(deps(), await given(), 'request')
    expect(hinted).toEqual([])
  })
})

describe('the migration', () => {
  it.each([
    ['of the page', { actionUrl: '/api/bank/challenges/chl_1?return=%2Fcheckout%2Ford_1', payment: {} }],
    [
      'of the API',
      {
        nextAction: {
          type: 'redirect',
          url: 'https://shop.example/api/bank/challenges/chl_1?return=%2Fcheckout%2Ford_1',
        },
      },
    ],
  ])('takes the URL from a stored answer %s, for payments that wait now', async (_, answer) => {
    const waiting = await waitingPayment(uuidv7(), 'checkout.pay', JSON.stringify(answer))
    const over = await waitingPayment(uuidv7(), 'checkout.pay', JSON.stringify(answer))
    await owner.query(`UPDATE payment SET status = 'declined' WHERE id = $1`, [over])
    // Other operations' answers are none of its business, whatever their form.
    await owner.query(`UPDATE idempotency_record SET answer = 'no JSON' WHERE id = $1`, [`r${over}`])
    await owner.query(
      'DROP FUNCTION IF EXISTS copy_action_url CASCADE; ALTER TABLE payment DROP COLUMN action_url',
    )
    await owner.query(fs.readFileSync(MIGRATION, 'utf8'))
    // 0011_least_rights gives it; dropping the column took it away.
    await owner.query('GRANT UPDATE (action_url) ON payment TO payonce_app')
    expect([await stored(waiting), await stored(over), await stored()]).toEqual([
      '/api/bank/challenges/chl_1',
      null,
      null,
    ])
  })
})
