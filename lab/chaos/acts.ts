import { setTimeout as pause } from 'node:timers/promises'
import { readId, showId } from '@/lib/id'
import { sql } from '@/platform/db'
import type { Installation } from './installation'
import { REFUND_REASON } from './played'
import type { Act, Program } from './program'

/** What a campaign knows of an act before it is played. */
export interface ActPlan {
  played: Act['played']
  key: string
  mark: string
  accident: string
  card: string
  /** An order that nobody else pays. */
  placed: { order: string; amount: bigint }
  /** The share of a refund: the whole rest, or a third. */
  whole: boolean
  /** The server that is asked first for what comes before it: no accident is armed there. */
  first: number
}

/** Tries to get a payment that can be refunded or ended: an accident of somebody else may fail one. */
const TRIES = 5

interface BegunPayment {
  id: string
  status: string
  ref: string | null
}

/**
 * Makes what a program asks for. What is refunded, captured or voided is paid for first, undisturbed, by the same API. @returns the act, and the
 * requests that were needed before it
 */
export async function actOf(
  installation: Installation,
  program: Program,
  { played, key, mark, accident, card, placed, whole, first }: ActPlan,
): Promise<{ act: Act; before: Act[]; bankKey: string | null }> {
  const { order, amount } = placed
  const common = { key, mark, accident, amount, order, played, chargeRef: null }
  if (played === 'payment') {
    const body = { orderId: order, paymentMethod: card }
    return { act: { ...common, path: '/api/v1/payments', body }, before: [], bankKey: null }
  }
  if (played === 'order') {
    const items = [{ name: 'Mug', quantity: 1, unitAmount: Number(amount) }]
    const body = { currency: 'EUR', items, reference: key }
    return { act: { ...common, path: '/api/v1/orders', body }, before: [], bankKey: null }
  }
  const manual = played !== 'refund'
  const { payment, before } = await payFirst(installation, program, { ...common, manual, first })
  const paymentId = showId('pay', payment.id)
  const path = `/api/v1/payments/${paymentId}/${played === 'refund' ? 'refunds' : played}`
  const part = whole ? {} : { amount: Math.floor(Number(amount) / 3) }
  const body = played === 'refund' ? { ...part, reason: REFUND_REASON } : {}
  return {
    act: { ...common, order: paymentId, path, body, chargeRef: payment.ref },
    before,
    bankKey: manual ? payment.id : null,
  }
}

async function payFirst(
  installation: Installation,
  program: Program,
  {
    key,
    order,
    amount,
    manual,
    first,
  }: Pick<Act, 'key' | 'order' | 'amount'> & { manual: boolean; first: number },
): Promise<{ payment: BegunPayment; before: Act[] }> {
  const before: Act[] = []
  for (let turn = 0; turn < TRIES; turn++) {
    const act: Act = {
      key: `${key}-paid-${turn}`,
      mark: 'before',
      played: 'payment',
      path: '/api/v1/payments',
      body: { orderId: order, paymentMethod: 'pm_card_visa', ...(manual ? { capture: 'manual' } : {}) },
      order,
      amount,
      chargeRef: null,
    }
    before.push(act)
    const servers = installation.servers.map((server, index): [typeof server, number] => [server, index])
    await program.insist([...servers.slice(first), ...servers.slice(0, first)], act)
    const payment = await paymentOf(installation, order)
    if (payment?.status === (manual ? 'authorised' : 'succeeded')) return { payment, before }
  }
  throw new Error(`an undisturbed payment was not made: ${key}`)
}

/** The newest payment of an order; waits while the database is being restarted. */
async function paymentOf({ db }: Installation, order: string): Promise<BegunPayment | null> {
  for (;;) {
    const rows = await db
      .$queryRaw<BegunPayment[]>(
        sql`SELECT id::text, status, gateway_ref AS ref FROM payment WHERE order_id = ${readId('ord', order)}::uuid ORDER BY created_at DESC LIMIT 1`,
      )
      .catch(() => null)
    if (rows) return rows[0] ?? null
    await pause(50)
  }
}
