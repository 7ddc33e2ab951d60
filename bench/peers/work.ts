import { uuidv7 } from '@/lib/id'
import type { Db } from '@/platform/db'
import type { BenchPayment } from '../paths/path'

/** What is the same for all peers: the writes of a payment, and its answer. */
export interface DomainWork {
  /** Calls of Prisma that make a payment: for `$transaction`, or one after the other. */
  writes(db: Writer, payment: BenchPayment, ref: string): ReturnType<Writer['payment']['create']>[]
  answer(ref: string): string
}

/** A client, or a transaction. */
export type Writer = Pick<Db, 'payment' | 'order' | 'outboxEvent' | 'ledgerTransaction' | 'entry'>

const AMOUNT = 2400n
const FEE = 36n

/** Payment, order, event and posting in the product's own tables. */
export async function domainWork(db: Db, merchantId: string): Promise<DomainWork> {
  const accounts = await db.account.findMany({ where: { merchantId } })
  const line = (code: string, position: number, amount: bigint) => {
    const account = accounts.find((one) => one.code === code)
    if (!account) throw new Error(`the bench's merchant has no account ${code}`)
    return { merchantId, position, accountId: account.id, currency: 'EUR', amount }
  }
  const lines = [
    line('gateway_clearing', 1, AMOUNT - FEE),
    line('processing_fees', 2, FEE),
    line('sales', 3, -AMOUNT),
  ]
  const paymentOf = (id: string, { key, orderId }: BenchPayment, ref: string) => ({
    ...{ merchantId, id, orderId, recordId: key, status: 'succeeded', amount: AMOUNT, currency: 'EUR' },
    ...{ method: 'pm_card_visa', gatewayKey: id, gatewayRef: ref, cardLabel: 'Visa', fee: FEE },
    receiptToken: id,
  })
  return {
    writes: (writer, payment, ref) => {
      const [id, transactionId] = [uuidv7(), uuidv7()]
      const calls = [
        writer.payment.create({ data: paymentOf(id, payment, ref) }),
        writer.order.update({
          where: { merchantId_id: { merchantId, id: payment.orderId } },
          data: { status: 'paid' },
        }),
        writer.outboxEvent.create({
          data: { merchantId, id: uuidv7(), type: 'payment.succeeded', subjectId: id, payload: '{}' },
        }),
        writer.ledgerTransaction.create({
          data: { merchantId, id: transactionId, kind: 'capture', paymentId: id, description: 'bench' },
        }),
        writer.entry.createMany({ data: lines.map((entry) => ({ ...entry, transactionId })) }),
      ]
      return calls as unknown as ReturnType<Writer['payment']['create']>[]
    },
    answer: (ref) => JSON.stringify({ payment: { id: ref, status: 'succeeded', amount: Number(AMOUNT) } }),
  }
}
