import { recordId } from '@payonce/idempotency'
import { newShopper, shopperCookie } from '@/access/shopper'
import { openPool } from '@/platform/db'
import { secretFor } from '@/platform/env'
import { type Installation, SECRET } from '../chaos/installation'
import type { ProductProcess } from '../chaos/product-process'

/** A shop of the lab as one run needs it: the product, or its naive twin. */
export interface LabShop {
  servers: readonly ProductProcess[]
  /** Of the shopper. */
  cookie: string
  /** What the accidents know a request's work by. */
  markOf(key: string): string
  /** @returns the order's id */
  newOrder(amount: bigint): Promise<string>
  /** What the books say of an order. */
  books(order: string): Promise<{ postings: number; postedMinor: number; parked: boolean }>
  close(): Promise<void>
}

/** The product itself. */
export function safeShop(installation: Installation): LabShop {
  const shopper = newShopper(secretFor({ PAYONCE_SECRET: SECRET }, 'shopper-cookie'))
  const scope = { merchantId: installation.merchantId, actor: `shopper:${shopper.id}` }
  return {
    servers: installation.servers,
    cookie: shopperCookie(shopper.value, false).split(';')[0] ?? '',
    markOf: (key) => recordId(scope, 'checkout.pay', key),
    newOrder: (amount) => installation.newOrder(amount),
    books: async (order) => {
      const { rows } = await installation.owner.query<{ postings: number; posted: number; parked: boolean }>(
        POSTED,
        [order.replace('ord_', '')],
      )
      const [row] = rows
      return {
        postings: row?.postings ?? 0,
        postedMinor: row?.posted ?? 0,
        parked: row?.parked ?? false,
      }
    },
    close: async () => undefined,
  }
}

/**
 * Postings of charges (a surplus charge has one of its own), and what shoppers have paid by the books: sales and surplus charges less refunds,
 * with what reversals take back.
 */
const POSTED = `
  WITH payments AS (SELECT merchant_id, id FROM payment WHERE order_id = $1::uuid),
    posted AS (
      SELECT t.merchant_id, t.id, t.kind FROM ledger_transaction t
        LEFT JOIN ledger_transaction r ON r.merchant_id = t.merchant_id AND r.id = t.reverses
        JOIN payments p ON p.merchant_id = t.merchant_id AND p.id = coalesce(t.payment_id, r.payment_id))
  SELECT (SELECT count(*) FROM posted WHERE kind IN ('capture', 'surplus'))::int AS postings,
    (SELECT coalesce(-sum(e.amount), 0) FROM posted t
       JOIN entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
       JOIN account a ON a.merchant_id = e.merchant_id AND a.id = e.account_id
       WHERE a.code IN ('sales', 'refunds', 'surplus_charges'))::float8 AS posted,
    EXISTS (SELECT FROM idempotency_record r JOIN payments p ON p.merchant_id = r.merchant_id AND p.id = r.subject_id
       WHERE r.parked_at IS NOT NULL) AS parked`

/** The naive twin: two processes on a database of their own, at the same bank. */
export async function naiveShop(installation: Installation): Promise<LabShop> {
  const { databasePort, databaseUrl } = installation.ownDatabase
  await installation.owner.query('CREATE DATABASE naive')
  const url = new URL(databaseUrl)
  url.pathname = '/naive'
  const pool = openPool(url.href, { max: 2, name: 'lab' })
  await pool.query(
    'CREATE TABLE naive_order (id text PRIMARY KEY, amount bigint NOT NULL, paid boolean NOT NULL DEFAULT false)',
  )
  const database = { databasePort, databaseUrl: url.href }
  const servers = [
    await installation.startProgram('naive', database),
    await installation.startProgram('naive', database),
  ]
  let orders = 0
  return {
    servers,
    cookie: '',
    markOf: (key) => key,
    newOrder: async (amount) => {
      const id = `order-${orders++}`
      await pool.query('INSERT INTO naive_order (id, amount) VALUES ($1, $2)', [id, amount])
      return id
    },
    books: async (order) => {
      const { rows } = await pool.query<{ amount: string; paid: boolean }>(
        'SELECT amount, paid FROM naive_order WHERE id = $1',
        [order],
      )
      const paid = rows[0]?.paid === true
      return { postings: paid ? 1 : 0, postedMinor: paid ? Number(rows[0]?.amount) : 0, parked: false }
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.leave()))
      await pool.end()
    },
  }
}
