import { Callers } from '@/access/callers'
import type { FactorKeys } from '@/access/factor-secret'
import { type Auth, createAuth } from '@/access/operator'
import { type PasskeySite, passkeySite } from '@/access/passkeys/passkey'
import { OrderOwners } from '@/checkout/order'
import type { Gateway } from '@/payments/gateway'
import { recentEnds } from '@/payments/recent-declines'
import type { Receiver } from '@/payments/stripe/inbox/receive'
import type { Db, SendStatement } from '@/platform/db'
import { type Env, modeServed, readEnv, type Secrets, secretFor, secretsFor } from '@/platform/env'
import { Admission } from './admission/admission'
import { CardTesting } from './admission/card-testing'
import { reportRefusals } from './admission/refusals'
import { ShopperLimits } from './admission/shopper-limits'
import { SignInLimits } from './admission/sign-in-limits'
import { buildCore, type Core } from './core'
import { Laboratory } from './lab/laboratory'
import { openLive } from './live/live-pool'
import type { LiveStreams } from './live/live-streams'
import { openPages } from './pages-pool'
import { Readiness } from './readiness'
import { RequestLog } from './request-log/request-log'
import { openReceiver } from './stripe-inbox/open-receiver'
import { UnderWay } from './under-way'

/** The parts of the web process, built in one place. Nothing else constructs a client, a pool or an engine. */
export interface Deps extends Core {
  /** For what the dashboard reads: never waited for by a payment. */
  pages: Db
  /** Streams of hints to open dashboards. */
  live: LiveStreams
  /** Null: switched off. */
  requestLog: RequestLog | null
  /** Keeps events of Stripe. */
  receiver: Receiver
  owners: OrderOwners
  admission: Admission
  shopperLimits: ShopperLimits
  signInLimits: SignInLimits
  /** Reports of presses that are being checked: a receipt counts them. */
  pressReports: UnderWay
  readiness: Readiness
  /** Null: live mode has none. */
  lab: Laboratory | null
  auth: Auth
  /** Encrypt the secrets of authenticator apps. */
  factorKeys: FactorKeys
  /** Null: browsers allow no passkeys on this base URL. */
  passkeySite: PasskeySite | null
  shopperSecrets: Secrets
  receiptSecrets: Secrets
}

const KEY = Symbol.for('payonce.deps')

/** One set per process. On globalThis, since Next bundles its own copy of this module. */
export function getDeps(): Deps {
  const holder = globalThis as { [KEY]?: Deps }
  holder[KEY] ??= buildDeps(readEnv())
  return holder[KEY]
}

/** @param otherGateway see `buildCore` */
export function buildDeps(env: Env, otherGateway?: Gateway): Deps {
  const core = buildCore(env, 'web', otherGateway)
  const { pages, send: sendOnPages, close: closePages } = openPages(env)
  const { live, close: closeLive } = openLive(env, core.log)
  const requestLog = openRequestLog(env, core, sendOnPages)
  const { receiver, close: closeReceiver } = openReceiver(env)
  const onRefusal = reportRefusals(core)
  const lab = env.PAYONCE_MODE === 'sandbox' ? new Laboratory({ log: core.log }) : null
  const cardTesting = new CardTesting({
    recentEnds: (merchantId) => recentEnds(core.db, merchantId),
    onBegin: (merchantId, ends) => {
      core.metrics.alerts.inc({ operation: 'card-testing' })
      core.log.error(
        { event: 'card-testing', merchantId, ...ends },
        'a shop’s payments look like card testing',
      )
    },
  })
  const callers = new Callers({ db: core.db, send: core.send, mode: modeServed(env) })
  const [secret, previousSecret] = secretsFor(env, 'operator-session')
  return {
    ...core,
    pages,
    live,
    requestLog,
    receiver,
    admission: new Admission({ callers, pool: core.pool, perMinute: env.PAYONCE_RATE_PER_MINUTE }),
    pressReports: new UnderWay(),
    readiness: new Readiness(core.db),
    lab,
    shopperLimits: new ShopperLimits({
      pool: core.pool,
      perMinute: env.PAYONCE_SHOPPER_RATE_PER_MINUTE,
      cardTesting,
      onRefusal,
    }),
    signInLimits: new SignInLimits({ pool: core.pool, secret: secretFor(env, 'known-browser'), onRefusal }),
    close: async () => {
      lab?.close()
      await callers.flush().catch(() => undefined)
      await requestLog?.flush()
      await Promise.all([closePages(), closeLive(), closeReceiver(), core.close()])
    },
    owners: new OrderOwners(core.send),
    auth: createAuth({ db: core.db, secret, previousSecret, baseUrl: env.baseUrl }),
    factorKeys: secretsFor(env, 'second-factor'),
    passkeySite: passkeySite(env.baseUrl),
    shopperSecrets: secretsFor(env, 'shopper-cookie'),
    receiptSecrets: secretsFor(env, 'receipt-code'),
  }
}

function openRequestLog(env: Env, { log, metrics }: Core, send: SendStatement): RequestLog | null {
  if (env.PAYONCE_REQUEST_LOG_DAYS === 0) return null
  return new RequestLog({
    send,
    log,
    metrics,
    mode: modeServed(env),
    trustedHops: env.PAYONCE_TRUSTED_HOPS,
    secret: secretFor(env, 'request-intent'),
  })
}
