import { createAttempt, mintKey } from '@payonce/idempotency/client'
import { keyLink, problemOf } from '@payonce/idempotency/trpc-client'
import { Payonce } from '@payonce/sdk'
import { createTRPCClient, httpLink } from '@trpc/client'
import type { OutsideRouter } from './router.ts'

/* Calls the tRPC mutation twice under one key, then with another amount, and prints what came. */
const url = process.argv[2] ?? ''
const client = createTRPCClient<OutsideRouter>({ links: [keyLink(), httpLink({ url: `${url}/trpc` })] })
const key = mintKey()
const keyed = { key, store: () => undefined }
const order = (amount: number) => client.order.mutate({ amount, key: '' }, { context: { keyed } })

const first = await order(5)
const again = await order(5)
const refused = await order(6).catch(problemOf)
// @ts-expect-error the declarations are there: an order has no such member
first.total
// @ts-expect-error an attempt needs a host
const wrong = () => createAttempt(key)
const sdk = new Payonce({ apiKey: 'sk_test_x', baseUrl: 'https://pay.example' })
console.log(JSON.stringify({ first, again, refused, wrong: typeof wrong, sdk: typeof sdk.payments.create }))
