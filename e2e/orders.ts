import { openAccounts } from '@/ledger/chart'
import { readId, showId, uuidv7 } from '@/lib/id'
import type { Currency } from '@/lib/money'
import type { Demo } from '@/setup/demo-file'
import { onConnection } from '@/setup/schema/schema-engine'

/** Asks the database as its owner. bigint columns come as strings. */
export type Sql = <Row extends object>(query: string, values?: unknown[]) => Promise<Row[]>

export interface TestOrder {
  /** As shown to people: `ord_…`. */
  id: string
  uuid: string
  amount: bigint
  currency: string
  checkoutUrl: string
}

export interface NewOrder {
  name?: string
  quantity?: number
  unitAmount?: bigint
  currency?: Currency
  reference?: string
  /** Of the demo merchant, unless another one is named. */
  merchantId?: string
}

/** A row of the bank's own table of charges. `amount` is in minor units. */
export interface Charge {
  id: string
  idempotencyKey: string
  amount: bigint
  currency: string
}

export function ask<Row extends object>(demo: Demo, query: string, values: unknown[] = []): Promise<Row[]> {
  return onConnection(demo.databaseUrl, async (client) => (await client.query<Row>(query, values)).rows)
}

export async function createOrder(demo: Demo, baseUrl: string, options: NewOrder = {}): Promise<TestOrder> {
  const {
    name = 'Sea-salt caramels',
    quantity = 2,
    unitAmount = 1_200n,
    currency = 'EUR',
    merchantId = demo.merchantId,
    reference = null,
  } = options
  const uuid = uuidv7()
  const amount = unitAmount * BigInt(quantity)
  const accounts = openAccounts(String(merchantId), currency)
  await ask(demo, accounts.text, accounts.values)
  await ask(
    demo,
    `WITH new_order AS (INSERT INTO orders (merchant_id, id, currency, amount, reference) VALUES ($1, $2, $3, $4, $8))
     INSERT INTO order_item (merchant_id, order_id, position, name, quantity, unit_amount) VALUES ($1, $2, 1, $5, $6, $7)`,
    [merchantId, uuid, currency, amount, name, quantity, unitAmount, reference],
  )
  const id = showId('ord', uuid)
  return { id, uuid, amount, currency, checkoutUrl: `${baseUrl}/checkout/${id}` }
}

/** A payment link of the demo merchant. @returns its id, as shown */
export async function createLink(sql: Sql, demo: Demo, name: string): Promise<string> {
  const id = uuidv7()
  await sql(
    `INSERT INTO payment_link (merchant_id, id, name, currency, amount, items, max_uses, ends_at)
     VALUES ($1, $2, $3, 'EUR', 2400, '[{"name":"T-shirt","quantity":2,"unitAmount":1200}]', 20, now() + interval '30 days')`,
    [demo.merchantId, id, name],
  )
  return showId('lnk', id)
}

export async function createMerchant(demo: Demo, name: string): Promise<string> {
  const id = uuidv7()
  await ask(demo, 'INSERT INTO merchant (id, name) VALUES ($1, $2)', [id, name])
  return id
}

interface ChargeRow {
  id: string
  idempotency_key: string
  amount: string
  currency: string
}

/** @param id of an order (`ord_…`) or a payment (`pay_…`) */
export async function chargesOf(demo: Demo, id: string): Promise<Charge[]> {
  const uuid = readId('ord', id) ?? readId('pay', id) ?? id
  const rows = await ask<ChargeRow>(
    demo,
    `SELECT charge.id, idempotency_key, charge.amount, charge.currency FROM gateway_simulator.charge JOIN payment ON gateway_key = idempotency_key
      WHERE payment.order_id = $1 OR payment.id = $1 ORDER BY charge.created_at`,
    [uuid],
  )
  return rows.map((row) => ({
    id: row.id,
    idempotencyKey: row.idempotency_key,
    amount: BigInt(row.amount),
    currency: row.currency,
  }))
}
