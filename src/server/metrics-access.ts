import { createHash, timingSafeEqual } from 'node:crypto'
import ipaddr from 'ipaddr.js'

/** What decides whether a request may read the metrics. */
export interface MetricsRequest {
  authorization: string | undefined
  /** The host that the request names. */
  host: string | undefined
  /** True when any proxy has handled the request. */
  forwarded: boolean
  remoteAddress: string | undefined
}

/**
 * Who may read the metrics, which tell a stranger how much business is done and when it goes badly: the bearer of
 * `PAYONCE_METRICS_TOKEN`; without one, in the sandbox, a program on this machine. `hidden` is answered as an
 * address that does not exist.
 */
export function metricsAccess(
  request: MetricsRequest,
  env: { PAYONCE_METRICS_TOKEN?: string | undefined; PAYONCE_MODE: 'sandbox' | 'live' },
): 'allowed' | 'refused' | 'hidden' {
  const token = env.PAYONCE_METRICS_TOKEN
  if (token) return isBearer(request.authorization, token) ? 'allowed' : 'refused'
  return env.PAYONCE_MODE === 'sandbox' && isFromHere(request) ? 'allowed' : 'hidden'
}

/** Compares hashes, which have one length, in constant time. */
function isBearer(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)\s*$/i.exec(header ?? '')?.[1] ?? ''
  return timingSafeEqual(hashOf(given), hashOf(token))
}

const hashOf = (text: string) => createHash('sha256').update(text).digest()

/** A proxy on this machine would lend its address to everyone; a foreign page would come under its own host name. */
function isFromHere({ remoteAddress, host, forwarded }: MetricsRequest): boolean {
  if (forwarded || !ipaddr.isValid(remoteAddress ?? '')) return false
  return (
    ipaddr.process(remoteAddress as string).range() === 'loopback' &&
    /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host ?? '')
  )
}
