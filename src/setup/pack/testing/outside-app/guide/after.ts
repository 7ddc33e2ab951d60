import { createIdempotent } from '@payonce/idempotency/prisma'
import { problemShape, withProblems } from '@payonce/idempotency/trpc'
import { initTRPC } from '@trpc/server'
import { z } from 'zod'
import { prisma } from './prisma.ts'

const idempotent = createIdempotent({ prisma })
await idempotent.ready() // refuses to start on a database without the table

const t = initTRPC.context<{ userId: string }>().create({
  errorFormatter: ({ shape, error }) => problemShape(shape, error),
})
const keyed = t.procedure.use(({ next }) => withProblems(next()))
const newOrder = z.object({ amount: z.int().positive() })

export const after = t.router({
  createOrder: keyed
    .input(newOrder.extend({ key: z.string() }))
    .mutation(async ({ ctx, input: { key, ...input } }) => {
      const { result } = await idempotent(
        { operation: 'orders.create', scope: ctx.userId, key, input },
        ({ tx, id, input }) => tx.order.create({ data: { id, ...input } }),
      )
      return result
    }),
})
export type AfterRouter = typeof after
