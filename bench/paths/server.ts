import http from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { StripeCalls } from '@/payments/stripe/calls'
import { fixedAccounts } from '@/payments/stripe/inbox/account'
import { readEnv } from '@/platform/env'
import { createApi } from '@/server/api'
import { buildDeps } from '@/server/deps'
import { answerProbes } from './child'
import { instantBank } from './gateway'
import { EVENT_SECRET } from './stripe-event'

/** The product's API in a process of its own, as `npm start` runs it, except that the bank answers at once, or in so many ms. */
const bank = instantBank(undefined, Number(process.argv[2] ?? 0))
const deps = buildDeps(readEnv(), bank.gateway)
/** Its events are taken; nobody works on them. */
deps.stripeAccounts = fixedAccounts([
  {
    name: 'main',
    merchantId: null,
    mode: 'test',
    stripeId: null,
    secrets: [EVENT_SECRET],
    calls: new StripeCalls({ secretKey: 'sk_test_bench' }),
  },
])
const server = http.createServer(getRequestListener(createApi(deps).fetch))
// Between two measurements no connection is closed, or a payment would be sent on one that just ends.
server.keepAliveTimeout = 600_000
await deps.receiver.warm()
server.listen({ port: deps.env.PORT, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send?.({ ready: true }),
)
answerProbes({ settle: () => deps.attempts.flush(), asked: bank.asked })
