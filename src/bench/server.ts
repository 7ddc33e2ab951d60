import http from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { readEnv } from '@/platform/env'
import { createApi } from '@/server/api'
import { buildDeps } from '@/server/deps'
import { instantGateway } from './gateway'

/** The product's own API in a process of its own, as `npm start` runs it but for the bank, which answers at once. */
const deps = buildDeps(readEnv(), instantGateway)
const server = http.createServer(getRequestListener(createApi(deps).fetch))
server.listen(deps.env.PORT, '127.0.0.1', () => process.send?.({ ready: true }))
process.on('message', (asked) => {
  if (asked === 'cpu') return void process.send?.({ cpuUs: usedUs() })
  if (asked === 'settle') return void deps.attempts.flush().then(() => process.send?.({ settled: true }))
})
process.once('disconnect', () => process.exit(0))

function usedUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
