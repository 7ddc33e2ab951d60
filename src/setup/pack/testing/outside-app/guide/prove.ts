import type { AddressInfo } from 'node:net'
import { createTRPCClient, httpLink } from '@trpc/client'
import type { AnyRouter } from '@trpc/server'
import { createHTTPServer } from '@trpc/server/adapters/standalone'
import { after } from './after.ts'
import { before } from './before.ts'
import { shop } from './place-order.ts'
import { prisma } from './prisma.ts'

/** Serves a router on a free port. @returns its address */
async function serve(router: AnyRouter): Promise<string> {
  const server = createHTTPServer({ router, createContext: () => ({ userId: 'ada' }) })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** How many orders the presses make. */
async function ordersOf(presses: () => Promise<unknown>): Promise<number> {
  const earlier = await prisma.order.count()
  await presses()
  return (await prisma.order.count()) - earlier
}

const twenty = (press: () => Promise<unknown>) => Promise.all(Array.from({ length: 20 }, press))
const old = createTRPCClient<typeof before>({ links: [httpLink({ url: await serve(before) })] })
const url = await serve(after)

/** A browser's storage. */
const stored = new Map<string, string>()
const storage = {
  getItem: (name: string) => stored.get(name) ?? null,
  setItem: (name: string, value: string) => void stored.set(name, value),
  removeItem: (name: string) => void stored.delete(name),
} as Storage
const lossy: typeof fetch = async (...request) => {
  await fetch(...request)
  throw new TypeError('the answer was lost')
}

const before20 = await ordersOf(() => twenty(() => old.createOrder.mutate({ amount: 500 })))
console.log(`before  20 presses at once: ${before20} orders`)
const after20 = await ordersOf(() => twenty(() => shop(url, storage)({ amount: 500 })))
console.log(`after   20 presses at once: ${after20} order`)
const lost = await ordersOf(async () => {
  await shop(url, storage, lossy)({ amount: 700 }).catch(() => undefined)
  await shop(url, storage)({ amount: 700 })
})
console.log(`after   an answer lost, a reload, another press: ${lost} order`)
const refused = await ordersOf(async () => {
  await shop(url, storage)({ amount: -1 }).catch(() => undefined)
  await shop(url, storage)({ amount: 900 })
})
console.log(`after   a refused order, then another one: ${refused} order`)
process.exit()
