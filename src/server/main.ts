import http from 'node:http'
import { getRequestListener } from '@hono/node-server'
import next from 'next'
import { newShopper, shopperCookie, shopperOf } from '@/access/shopper'
import { createApi } from './api'
import { type Deps, getDeps } from './deps'
import { whenToldToStop } from './stop'

/** How long running payments may take to end when we are told to stop. 25 s: longer than we wait for a bank. */
const DRAIN_MS = 25_000

/** The web process: one HTTP server. The API answers `/api/*`; Next renders everything else, at a tenth of the API's pace. */
async function main(): Promise<void> {
  const deps = getDeps()
  const server = http.createServer()
  // Before anything that takes time: whoever is told to stop while starting stops, and nobody outlives the supervisor.
  whenToldToStop(() => void drain(server, deps))
  const web = next({ dev: deps.env.NODE_ENV === 'development', port: deps.env.PORT, hostname: 'localhost' })
  await web.prepare()
  const api = getRequestListener(createApi(deps).fetch)
  const page = web.getRequestHandler()
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/api/')) return void api(request, response)
    greet(request, response, deps)
    return void page(request, response)
  })
  server.listen(deps.env.PORT, () => {
    deps.log.debug({ port: deps.env.PORT }, 'web is ready')
    process.send?.({ type: 'ready', url: deps.env.baseUrl })
  })
}

/** A guest who opens a checkout gets their signed cookie with the page, before any payment can be sent. */
function greet(request: http.IncomingMessage, response: http.ServerResponse, { env, shopperSecret }: Deps): void {
  if (!request.url?.startsWith('/checkout/') || shopperOf(request.headers.cookie, shopperSecret)) return
  response.appendHeader('Set-Cookie', shopperCookie(newShopper(shopperSecret).value, env.baseUrl.startsWith('https:')))
}

let draining = false

/** Takes no new connection, lets running payments end and be stored, then goes. */
async function drain(server: http.Server, deps: Deps): Promise<void> {
  if (draining) return
  draining = true
  const deadline = setTimeout(() => process.exit(1), DRAIN_MS)
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  await deps.engine.idle()
  const giveUp = setTimeout(() => server.closeAllConnections(), 1_000)
  await closed
  clearTimeout(giveUp)
  await deps.close().catch((error) => deps.log.warn({ err: error }, 'could not close in order'))
  clearTimeout(deadline)
  process.exit(0)
}

main().catch((error) => {
  // The process cannot serve; the supervisor sees it end and says so.
  console.error(error)
  process.exit(1)
})
