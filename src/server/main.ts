import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { renewAnswerKeys } from '@/access/answer-wrapping'
import { guestOf, shopperCookie } from '@/access/shopper'
import { localeOfPage } from '@/i18n/choose-locale'
import { LOCALE_HEADER } from '@/i18n/locale'
import { readEnv } from '@/platform/env'
import { refuseWrongConnections } from '@/platform/least-rights'
import { openProcessLog } from '@/platform/own-output'
import { startTracing, tracing } from '@/platform/tracing/tracing'
import { ADDRESS_HEADER, addressOf } from './admission/address'
import { keepWatch } from './alerting'
import { createApi } from './api'
import { refuseBadAddress } from './check-page-address'
import { type Deps, getDeps } from './deps'
import { drain } from './drain'
import { renewFactorSecrets } from './factor-secrets'
import { listen } from './listen'
import { refuse } from './request-rules'
import { SLOW_REQUESTS } from './slow-requests'
import { onStopRequest } from './stop-request'
import { observeRequest } from './tracing/trace-requests'
import { renewSigningSecrets } from './webhook-relay'
import { WITHOUT_UPGRADES } from './without-upgrades'

// First of all: from here on, nothing but lines of the log leaves this process.
const processLog = openProcessLog('payonce-web')

/** True from the request to stop. */
let leaving = false

/** Time for running payments to end after a stop request. 25 s: longer than we wait for a bank. */
const DRAIN_MS = 25_000

/** 10 s: a checkout that shows Stripe's fields needs the page's policy to allow them, which is sent before anything of the page is read. */
const ACCOUNTS_MS = 10_000

function keepAccountsFresh({ ownAccounts, log }: Deps): void {
  const refresh = () =>
    void ownAccounts
      .refresh(0)
      .catch((error: unknown) => log.debug({ err: error }, 'the accounts of merchants were not read'))
  setInterval(refresh, ACCOUNTS_MS).unref()
}

/**
 * The web process: one HTTP server. The API answers `/api/*`; Next renders everything else, at a tenth of the
 * API's pace. The API starts first: after a crash payments go on while the pages are still being prepared.
 */
async function main(): Promise<void> {
  // First: what is built below asks whether traces are on.
  await startTracing(readEnv().OTEL_EXPORTER_OTLP_ENDPOINT, 'payonce-web')
  const deps = getDeps()
  const server = http.createServer(SLOW_REQUESTS)
  // Before anything that takes time, so that a stop request during the start is heard and no process outlives
  // the supervisor.
  onStopRequest(() => void leave(server, deps))
  await refuseWrongConnections(deps.pool, deps.bankPool)
  // Before the pages: while they are being loaded, the process may see the database's answer only after its time-out, and would not start.
  await Promise.all([
    renewFactorSecrets(deps),
    renewSigningSecrets(deps),
    renewAnswerKeys(deps),
    deps.ownAccounts.refresh(0),
    deps.receiver.warm(),
  ])
  // HTTP/1.0, in which proxies ask whether we are ready, has no Host.
  const api = getRequestListener(createApi(deps).fetch, { hostname: 'localhost' })
  const pages = openPages(deps)
  const development = deps.env.NODE_ENV === 'development'
  const security = {
    secure: deps.env.baseUrl.startsWith('https:'),
    development,
    // A merchant's account may come while this process runs.
    get stripe() {
      return deps.ownAccounts.showsCardFields()
    },
  }
  keepAccountsFresh(deps)
  keepWatch(deps)
  const handle = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    if (refuse(request, response, security)) return
    // A server that is stopping asks the client to open a new connection, which a proxy gives to another server. From the first moment on: then
    // few connections are open when the port closes.
    if (leaving) response.setHeader('Connection', 'close')
    if (request.url?.startsWith('/api/')) return void api(request, response)
    if (refuseBadAddress(request, response)) return
    setShopperCookie(request, response, deps)
    request.headers[LOCALE_HEADER] = languageOf(request)
    request.headers[ADDRESS_HEADER] = addressOf(
      request.socket.remoteAddress,
      forwardedFor(request),
      deps.env.PAYONCE_TRUSTED_HOPS,
    )
    return void pages.then((page) => page(request, response))
  }
  server.on('request', (request, response) =>
    observeRequest(request, response, deps.metrics, () => handle(request, response)),
  )
  // Another server has the port where a supervisor was killed: it answers until we could.
  const taken = supervised ? () => pages.then(() => process.send?.({ type: 'port-taken' })) : null
  await Promise.all([listen(server, deps.env, taken), pages])
  deps.log.debug({ port: deps.env.PORT }, 'web is ready')
  process.send?.({ type: 'ready', url: deps.env.baseUrl })
}

async function openPages({ env }: Deps) {
  const { default: next } = await import('next')
  const dev = env.NODE_ENV === 'development'
  const web = next({ dev, port: env.PORT, hostname: 'localhost', ...(dev ? {} : WITHOUT_UPGRADES) })
  await web.prepare()
  return web.getRequestHandler()
}

/** Gives a guest who opens a checkout their signed cookie with the page, before any payment can be sent. */
function setShopperCookie(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { env, shopperSecrets }: Deps,
): void {
  if (!request.url?.startsWith('/checkout/')) return
  const { value } = guestOf(request.headers.cookie, shopperSecrets)
  if (value) response.appendHeader('Set-Cookie', shopperCookie(value, env.baseUrl.startsWith('https:')))
}

function languageOf({ url = '/', headers }: http.IncomingMessage): string {
  return localeOfPage(url, { cookie: headers.cookie, acceptLanguage: headers['accept-language'] })
}

function forwardedFor({ headers }: http.IncomingMessage): string | undefined {
  return headers['x-forwarded-for']?.toString()
}

/** 2 s: a proxy that looks at `/api/ready` each second has seen that this server leaves before it begins no payment any more. */
const LAG_MS = 2_000
/** By `npm start`, which has no other server that a proxy could turn to. */
const supervised = process.send !== undefined

const lagOf = ({ env }: Deps): number => env.PAYONCE_DRAIN_LAG_MS ?? (supervised ? 0 : LAG_MS)

async function leave(server: http.Server, deps: Deps): Promise<void> {
  if (leaving) return
  leaving = true
  const lagMs = lagOf(deps)
  setTimeout(() => process.exit(1), lagMs + DRAIN_MS)
  await drain(server, deps, () => pause(lagMs))
  await tracing()?.close()
  process.exit(0)
}

main().catch((error) => {
  // The process cannot serve; the supervisor sees it end and reports it.
  processLog.fatal({ err: error }, 'the web process could not start')
  process.exit(1)
})
