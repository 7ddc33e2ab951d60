import { createIdempotent } from '@payonce/idempotency/prisma'
import { prisma } from '../guide/prisma.ts'

const idempotent = createIdempotent({ prisma })
await idempotent.ready() // refuses to start on a database that lacks something

export async function createOrder(userId: string, key: string, order: { amount: number }) {
  const { result } = await idempotent(
    { operation: 'orders.create', key, scope: userId, input: order },
    async ({ tx, input, id, refuse }) => {
      if (input.amount > 1000) return refuse({ status: 409, code: 'too-dear', detail: 'At most 1000.' })
      return tx.order.create({ data: { id, ...input } })
    },
  )
  return result // the same for the first request and for each retry
}
