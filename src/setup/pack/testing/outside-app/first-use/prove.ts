import { prisma } from '../guide/prisma.ts'
import { createOrder } from './idempotency.ts'
import { pay } from './sdk.ts'

/* Does what the READMEs show, and prints what came. */

const order = await createOrder('ada', 'first use', { amount: 5 })
const again = await createOrder('ada', 'first use', { amount: 5 })
const refused = await createOrder('ada', 'first use, dear', { amount: 2_000 }).catch(({ name }) => name)
const stored: (string | null)[] = []
const store = async (key: string | null) => void stored.push(key)
const paid = await pay({ id: 'ord_1', key: null }, store)
const declined = await pay({ id: 'ord_2', key: stored[0] ?? null }, store)
console.log(JSON.stringify({ once: order.id === again.id, refused, paid, declined, stored }))
await prisma.$disconnect()
