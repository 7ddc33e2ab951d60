import { uuidv7 } from '@/lib/id'
import type { BenchPayment } from '../paths/path'
import type { Peer } from './peer'
import { domainWork } from './work'

/** Three ways in which idempotency keys are often written with Prisma alone. */
export const naivePeers: Peer[] = [
  {
    name: 'Prisma: find, create, charge, $transaction',
    open: async ({ db, bank, merchantId }) => {
      const work = await domainWork(db, merchantId)
      return async (payment) => {
        const found = await db.idempotencyRecord.findUnique({ where: whereOf(merchantId, payment) })
        if (found) return answerOf(found)
        await db.idempotencyRecord.create({ data: recordOf(merchantId, payment) })
        const ref = await bank.charge(payment.orderId)
        const answer = work.answer(ref)
        const done = db.idempotencyRecord.update({
          where: whereOf(merchantId, payment),
          data: completed(answer),
        })
        await db.$transaction([...work.writes(db, payment, ref), done as never])
        return answer
      }
    },
  },
  {
    name: 'Prisma: all in one interactive transaction',
    open: async ({ db, bank, merchantId }) => {
      const work = await domainWork(db, merchantId)
      return (payment) =>
        db.$transaction(async (tx) => {
          const found = await tx.idempotencyRecord.findUnique({ where: whereOf(merchantId, payment) })
          if (found) return answerOf(found)
          await tx.idempotencyRecord.create({ data: recordOf(merchantId, payment) })
          const ref = await bank.charge(payment.orderId)
          const answer = work.answer(ref)
          // A call of Prisma starts when it is awaited: one after the other, on the transaction's connection.
          for (const write of work.writes(tx, payment, ref)) await write
          await tx.idempotencyRecord.update({
            where: whereOf(merchantId, payment),
            data: completed(answer),
          })
          return answer
        })
    },
  },
  {
    name: 'Prisma: upsert(update: {}), charge, $transaction',
    open: async ({ db, bank, merchantId }) => {
      const work = await domainWork(db, merchantId)
      return async (payment) => {
        const where = whereOf(merchantId, payment)
        const record = await db.idempotencyRecord.upsert({
          where,
          create: recordOf(merchantId, payment),
          update: {},
        })
        if (record.answer !== null) return record.answer
        const ref = await bank.charge(payment.orderId)
        const answer = work.answer(ref)
        const done = db.idempotencyRecord.update({ where, data: completed(answer) })
        await db.$transaction([...work.writes(db, payment, ref), done as never])
        return answer
      }
    },
  },
]

const whereOf = (merchantId: string, { key }: BenchPayment) => ({ merchantId_id: { merchantId, id: key } })

const recordOf = (merchantId: string, { key }: BenchPayment) => ({
  ...{ merchantId, id: key, key, scope: 'bench', operation: 'checkout.pay', fingerprint: 'fingerprint' },
  ...{ fingerprintVersion: 1, token: uuidv7(), worker: 'bench' },
})

const completed = (answer: string) => ({ state: 'completed', status: 200, completedAt: new Date(), answer })

function answerOf({ answer }: { answer: string | null }): string {
  if (answer === null) throw new Error('in progress')
  return answer
}
