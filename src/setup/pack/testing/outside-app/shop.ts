import {
  createIdempotent,
  openEngine,
  type PrismaEngine,
  type WorkArguments,
} from '@payonce/idempotency/prisma'
import { PrismaPg } from '@prisma/adapter-pg'
import { z } from 'zod'
import { PrismaClient } from './generated/client.ts'
import { payThrough } from './pay.ts'

/* What the three apps sell. Each of them answers HTTP in its own way. */

const { DATABASE_URL = '', BANK = '', DIE } = process.env
export const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: DATABASE_URL, max: 5 }),
})
const secret = 'a secret of the outside app'
export const idempotent = createIdempotent({ prisma, secret, waitMs: 20_000, maxWaitMs: 20_000 })
export const newOrder = z.strictObject({ amount: z.int().positive() })

/** The first way: the order and the record of its key are one commit. */
export async function createOrder({
  tx,
  input,
  id,
  refuse,
}: WorkArguments<typeof prisma, z.infer<typeof newOrder>>) {
  if (input.amount > 1_000) return refuse({ status: 409, code: 'too-dear', detail: 'At most 1000.' })
  const order = await tx.order.create({ data: { id, ...input } })
  if (DIE === 'before the commit') process.kill(process.pid, 'SIGKILL')
  return order
}

const operation = payThrough(prisma, BANK)
let opened: Promise<PrismaEngine> | undefined
const engine = () => (opened ??= openEngine({ prisma, secret, leaseMs: 1_000 }))

/** The second way: a bank is asked between two commits. */
export async function pay(user: string, key: string, body: unknown) {
  const { engine: running } = await engine()
  const scope = { merchantId: '00000000-0000-0000-0000-000000000000', actor: user }
  const from = { source: 'api', requestId: crypto.randomUUID() }
  return running.run(operation, { scope, key, input: newOrder.parse(body), waitMs: 10_000, ...from })
}

/** Refuses to start on a database that lacks something, then settles what earlier processes left. @returns what ends it */
export async function start(): Promise<() => Promise<void>> {
  await idempotent.ready()
  const { engine: running, store } = await engine()
  const settle = () => running.recover(operation, 10, 'resolver').then(() => store.markOverdue(100))
  const resolver = setInterval(() => settle().catch(console.error), 100)
  return async () => {
    clearInterval(resolver)
    running.close()
    await running.idle()
    await prisma.$disconnect()
  }
}
