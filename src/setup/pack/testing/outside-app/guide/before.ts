import { initTRPC } from '@trpc/server'
import { z } from 'zod'
import { prisma } from './prisma.ts'

const t = initTRPC.context<{ userId: string }>().create()
const newOrder = z.object({ amount: z.int().positive() })

export const before = t.router({
  createOrder: t.procedure.input(newOrder).mutation(({ input }) => {
    return prisma.order.create({ data: { id: crypto.randomUUID(), ...input } })
  }),
})
