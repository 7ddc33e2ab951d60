import { uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool } from '@/platform/db'
import type { Prisma } from '@/platform/generated/client'
import type { BenchPayment } from '../paths/path'
import { answerOf, type Charge, type Peer, type Work } from './peer'

/** One call of a naive way: what it works with, and which payment. */
interface Call extends BenchPayment {
  db: Db
  merchantId: string
  charge: Charge
  accounts: ReadonlyMap<string, string>
}
type Tx = Prisma.TransactionClient

/** Three ways in which Prisma is often written, with a unique key on the payment. */
export const naivePeers: readonly Peer[] = [
  naive('Prisma: find, create, charge, $transaction', 'nothing', async (call) => {
    const { db, key, charge } = call
    const found = await db.payment.findUnique({ where: { gatewayKey: key } })
    if (found) return answerOfRow(found)
    const { id } = await db.payment.create({ data: newPayment(call) })
    const ref = await charge()
    await db.$transaction((tx) => finish(tx, call, id, ref))
    return answerOf(id)
  }),
  naive('Prisma: all in one interactive transaction', 'nothing', ({ db, ...call }) =>
    db.$transaction(async (tx) => {
      const found = await tx.payment.findUnique({ where: { gatewayKey: call.key } })
      if (found) return answerOfRow(found)
      const { id } = await tx.payment.create({ data: newPayment(call) })
      await finish(tx, call, id, await call.charge())
      return answerOf(id)
    }),
  ),
  naive('Prisma: upsert(update: {}), charge, $transaction', 'nothing', async (call) => {
    const { db, key, charge } = call
    const where = { gatewayKey: key }
    const { id, status } = await db.payment.upsert({ where, create: newPayment(call), update: {} })
    if (status === 'succeeded') return answerOf(id)
    const ref = await charge()
    await db.$transaction((tx) => finish(tx, call, id, ref))
    return answerOf(id)
  }),
]

function naive(name: string, ends: string, pay: (call: Call) => Promise<string>): Peer {
  const start = async ({ stage, merchantId, charge, name: connections }: Work) => {
    const pool = openPool(stage.url, { max: 10, name: connections })
    const db = openDb(pool)
    const rows = await db.account.findMany({ where: { merchantId } })
    const accounts = new Map(rows.map(({ code, id }) => [code, id]))
    return {
      pay: (payment: BenchPayment) => pay({ ...payment, db, merchantId, charge, accounts }),
      stop: async () => {
        await db.$disconnect()
        await pool.end()
      },
    }
  }
  return { name, ends, start }
}

function answerOfRow({ id, status }: { id: string; status: string }): string {
  if (status !== 'succeeded') throw new Error(`the payment is ${status}`)
  return answerOf(id)
}

function newPayment({ merchantId, orderId, key }: Pick<Call, 'merchantId' | 'orderId' | 'key'>) {
  return {
    merchantId,
    id: uuidv7(),
    orderId,
    recordId: key,
    amount: 2400n,
    currency: 'EUR',
    method: 'pm_card_visa',
    gatewayKey: key,
    receiptToken: uuidv7(),
  }
}

async function finish(
  tx: Tx,
  { merchantId, orderId, accounts }: Omit<Call, 'db'>,
  id: string,
  ref: string,
): Promise<void> {
  await tx.payment.update({
    where: { merchantId_id: { merchantId, id } },
    data: { status: 'succeeded', gatewayRef: ref, cardLabel: 'Visa', fee: 36n, updatedAt: new Date() },
  })
  await tx.order.update({
    where: { merchantId_id: { merchantId, id: orderId } },
    data: { status: 'paid', updatedAt: new Date() },
  })
  const transactionId = uuidv7()
  await tx.ledgerTransaction.create({
    data: { merchantId, id: transactionId, kind: 'capture', paymentId: id, description: 'bench' },
  })
  await tx.entry.createMany({
    data: LINES.map(([code, amount], index) => ({
      merchantId,
      transactionId,
      position: index + 1,
      accountId: accounts.get(code) ?? '',
      currency: 'EUR',
      amount,
    })),
  })
  await tx.outboxEvent.create({
    data: { merchantId, id: uuidv7(), type: 'payment.succeeded', subjectId: id, payload: '{}' },
  })
}

const LINES = [
  ['gateway_clearing', 2364n],
  ['processing_fees', 36n],
  ['sales', -2400n],
] as const
