import { problemShape, withProblems } from '@payonce/idempotency/trpc'
import { initTRPC } from '@trpc/server'
import { z } from 'zod'
import { createOrder, idempotent, newOrder } from './shop.ts'

const t = initTRPC.create({ errorFormatter: ({ shape, error }) => problemShape(shape, error) })

/** The first way in a tRPC mutation. */
export const router = t.router({
  order: t.procedure
    .use(({ next }) => withProblems(next()))
    .input(newOrder.extend({ key: z.string() }))
    .mutation(async ({ input: { key, ...input } }) => {
      const request = { operation: 'orders.create', scope: 'trpc', key, input }
      const { result, replayed } = await idempotent(request, createOrder)
      return { ...result, replayed }
    }),
})
export type OutsideRouter = typeof router
