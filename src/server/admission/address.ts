import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * The address that a request is counted by. What a client writes into X-Forwarded-For proves nothing; what
 * our own proxies append on its right does. With `trustedHops` proxies of ours the entry that many places
 * from the right counts, with none the socket's address.
 */
export function addressOf(
  socket: string | undefined,
  forwarded: string | undefined,
  trustedHops: number,
): string {
  const entries = (forwarded ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
  const seen = trustedHops === 0 ? undefined : entries.at(-trustedHops)
  // An entry that is no address was not written by a proxy of ours, however long it is.
  return networkOf(seen) ?? networkOf(socket) ?? UNKNOWN_ADDRESS
}

/** In place of an address that cannot be known. All such callers are counted as one. */
export const UNKNOWN_ADDRESS = 'unknown'

/** The part of a Hono context that knows where a request comes from. */
interface Incoming {
  env?: unknown
  req: { header(name: string): string | undefined }
}

/** The address that a request is counted by: every limit of ours uses this one. */
export function requestAddress(c: Incoming, trustedHops: number): string {
  const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined
  return addressOf(env?.incoming?.socket?.remoteAddress, c.req.header('x-forwarded-for'), trustedHops)
}

/**
 * The header in which the web process passes a page's address to Next. It is set on each request, so whatever
 * a client sent in it is gone.
 */
export const ADDRESS_HEADER = 'x-payonce-address'

/**
 * One caller's network: an IPv4 address, or the /64 of an IPv6 address, since each household has 2^64
 * addresses in its own. Null when the text is no address.
 */
function networkOf(text: string | undefined): string | null {
  if (!text) return null
  // Most addresses end here: ipaddr.js parses, and throws inside where the text is none.
  if (isIPv4(text)) return text
  const address = withoutPort(text.slice(0, ADDRESS_MAX))
  if (isIPv4(address)) return address
  if (!ipaddr.IPv6.isValid(address)) return null
  const parsed = ipaddr.IPv6.parse(address)
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString()
  if (parsed.range() === 'loopback') return '::1'
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}

/** Characters of an address with its port and zone at most; a longer text is cut, and is no address then. */
const ADDRESS_MAX = 100

/** `1.2.3.4:5678`, `[2001:db8::1]:443` and `fe80::1%eth0` without what is not part of the address. */
function withoutPort(text: string): string {
  return text
    .replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
    .replace(/^\[(.*)\](?::\d+)?$/, '$1')
    .replace(/%.*$/, '')
}
