import Stripe from 'stripe'
import type { Doubt } from '../gateway'
import { TokenBucket } from './token-bucket'
import { stripeFetch } from './transport'

/** The API version whose shapes this folder reads. Named here, so that a new version of the SDK is a change in this line. */
export const API_VERSION = '2026-10-28.endive'

export interface StripeAccount {
  /** A restricted key (`rk_…`) is enough: it writes PaymentIntents and refunds, and reads charges, balance transactions and disputes. */
  secretKey: string
  /** Another place than api.stripe.com, for tests. Live keys are never sent there. */
  address?: { host: string; port: number; protocol: 'http' | 'https' }
  /** Requests per second that the account may send to one endpoint: 25 unless Stripe has raised it (docs.stripe.com/rate-limits). */
  perSecond?: number
}

/** The world outside, as far as the calls need it; a simulation has another one. */
export interface CallsHost {
  fetch: typeof fetch
  /** A clock in ms that never goes back. */
  now: () => number
  pause: (ms: number) => Promise<void>
}

const HOST: CallsHost = {
  fetch: stripeFetch(),
  now: () => performance.now(),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

/** Requests that Stripe limits together. */
export type Endpoint =
  | 'create'
  | 'retrieve'
  | 'confirm'
  | 'cancel'
  | 'capture'
  | 'search'
  | 'refund'
  | 'list'
  | 'charge'
  | 'refund-read'
  | 'dispute'
  | 'events'

/** Pauses before the same request is sent again after a 409 or a 429, in ms: the first is as long as a quick answer of Stripe takes. */
const PAUSES_MS = [100, 200, 400, 800, 1_600] as const

/** A whole answer, of the object that was asked for. */
export interface Answered<T> {
  kind: 'answered'
  value: T
  /** It was given before to the same idempotency key, and may be out of date. */
  replayed: boolean
}

/** Stripe refused the request itself, or has kept a 500 under its key. */
export interface Refused {
  kind: 'refused'
  status: number
  /** Stripe's `error.code`; empty when it gave none. */
  code: string
  /** The parameter that was wrong; empty when none was named. */
  param: string
}

export type Call<T> = Answered<T> | Refused | Doubt

/** Time that is left for all requests of one verb. */
export class Deadline {
  private readonly endsAt: number

  constructor(
    timeoutMs: number,
    private readonly now: () => number,
  ) {
    this.endsAt = now() + timeoutMs
  }

  /** In ms; 0 or less when it is over. */
  leftMs(): number {
    return this.endsAt - this.now()
  }
}

interface Asked<T> {
  endpoint: Endpoint
  /** True for an answer of the right shape: Stripe's client takes any JSON without `error` for a success, whatever its status. */
  isAnswer: (value: T) => boolean
  send: (stripe: Stripe, options: Stripe.RequestOptions) => Promise<Stripe.Response<T>>
  idempotencyKey?: string
}

/**
 * Stripe's own client with the settings that our laws need:
 * - its client for `fetch`, because the one for Node sends a request twice after a broken connection, and limits idle time only; what it calls is
 *   ours (`transport.ts`);
 * - no redirects: a request about money goes only to its address;
 * - no retries of its own. We repeat what Stripe did not begin (409, 429), with the same idempotency key, inside one deadline.
 */
export class StripeCalls {
  private readonly stripe: Stripe
  private readonly perSecond: number
  private readonly buckets = new Map<Endpoint, TokenBucket>()

  /** @throws Error for a live key with another address than Stripe's */
  constructor(
    { secretKey, address, perSecond = 25 }: StripeAccount,
    private readonly host: CallsHost = HOST,
  ) {
    if (address && !/^[rs]k_test_/.test(secretKey))
      throw new Error('only test keys may be sent to another address than api.stripe.com')
    this.perSecond = perSecond
    this.stripe = new Stripe(secretKey, {
      ...address,
      apiVersion: API_VERSION,
      maxNetworkRetries: 0,
      telemetry: false,
      appInfo: { name: 'payonce' },
      httpClient: Stripe.createFetchHttpClient((input: RequestInfo | URL, init?: RequestInit) =>
        this.host.fetch(input, { ...init, redirect: 'error' }),
      ),
    })
  }

  deadline(timeoutMs: number): Deadline {
    return new Deadline(timeoutMs, this.host.now)
  }

  /** Sends a request until it is answered, refused, or in doubt. Never throws. */
  async ask<T>(asked: Asked<T>, deadline: Deadline): Promise<Call<T>> {
    let unsent = 'no time was left'
    for (let tries = 0; ; tries++) {
      const waitMs = this.bucket(asked.endpoint).take(deadline.leftMs())
      if (waitMs === null) return doubt(`not sent: ${unsent}`)
      if (waitMs > 0) await this.host.pause(waitMs)
      // 0 would be the client's own default of 80 s.
      const timeout = Math.floor(deadline.leftMs())
      if (timeout < 1) return doubt(`not sent: ${unsent}`)
      const call = await this.once(asked, timeout)
      if (call.kind !== 'refused' || !isUnsent(call)) return call
      unsent = `Stripe answered ${call.status} ${call.code}`
      const pauseMs = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 0
      if (pauseMs >= deadline.leftMs()) return doubt(`not sent: ${unsent}`)
      await this.host.pause(pauseMs)
    }
  }

  private async once<T>({ send, isAnswer, idempotencyKey }: Asked<T>, timeout: number): Promise<Call<T>> {
    try {
      const value = await send(this.stripe, { timeout, ...(idempotencyKey ? { idempotencyKey } : {}) })
      const { statusCode, headers } = value.lastResponse
      if (statusCode !== 200 || !isAnswer(value)) return doubt(`Stripe’s answer ${statusCode} cannot be read`)
      return { kind: 'answered', value, replayed: headerOf(headers, 'idempotent-replayed') === 'true' }
    } catch (error) {
      return failed(error)
    }
  }

  private bucket(endpoint: Endpoint): TokenBucket {
    const known = this.buckets.get(endpoint)
    if (known) return known
    const bucket = new TokenBucket(this.perSecond, this.host.now)
    this.buckets.set(endpoint, bucket)
    return bucket
  }
}

/** Stripe did not begin to execute it: too many requests, another one on this object, or one with this key is still running. */
function isUnsent({ status }: Refused): boolean {
  return status === 409 || status === 429
}

/** The client's type says a plain object, which an error has; with `fetch` an answer has a `Headers`. */
function headerOf(headers: unknown, name: string): string | null {
  if (headers instanceof Headers) return headers.get(name)
  const value = new Map<string, unknown>(Object.entries(headers ?? {})).get(name)
  return typeof value === 'string' ? value : null
}

/** Types of Stripe's own error objects. Any other JSON with `error` comes from something between us. */
const ERROR_TYPES = new Set([
  'api_error',
  'card_error',
  'idempotency_error',
  'invalid_request_error',
  'rate_limit_error',
])

/** By status and code, not by class: the client gives a 409 and a lock time-out classes that say something else. */
function failed(error: unknown): Refused | Doubt {
  if (!(error instanceof Stripe.errors.StripeError)) return doubt(reasonOf(error))
  const { statusCode: status = 0, code = '', param = '', rawType, headers } = error
  // A 500 that was given before: Stripe gives it to this key for as long as it keeps the key.
  const kept = status >= 500 && headerOf(headers, 'idempotent-replayed') === 'true'
  if (!ERROR_TYPES.has(rawType ?? '') || status < 400 || (status >= 500 && !kept))
    return doubt(whatFailed(error))
  if (status === 401 || status === 403) return doubt(`Stripe does not accept our key (${status})`)
  if (rawType === 'idempotency_error' && status !== 409)
    return doubt('the key was used for another request at Stripe')
  return { kind: 'refused', status, code, param }
}

/** Never the message: Stripe repeats what was sent in it. */
function whatFailed({ statusCode, type, code, requestId, detail }: Stripe.errors.StripeError): string {
  if (statusCode) return `Stripe answered ${statusCode} ${code ?? type} (${requestId ?? 'no request id'})`
  return `Stripe was not reached: ${type}${detail instanceof Error ? ` (${reasonOf(detail)})` : ''}`
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return `${error.message}${cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''}`
}

export function doubt(reason: string): Doubt {
  return { kind: 'unknown', reason }
}
