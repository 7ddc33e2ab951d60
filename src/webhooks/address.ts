import dns from 'node:dns'
import net from 'node:net'

/** Where endpoints may be. */
export interface AddressRules {
  /** Allows http, any port and this machine, for trying it out; never in live mode. */
  loopback: boolean
  /** Our own host: an endpoint there would call us. */
  ownHost: string
}

/** All addresses of a host; none where it has none. */
export type Resolve = (host: string) => Promise<string[]>

/** The host may not be reached, or has no address. Its message is for the merchant and names no inner address. */
export class AddressRefused extends Error {}

/** IPv4 that is no host of the public internet (IANA special-purpose registry, RFC 6890). */
const INNER = new net.BlockList()
for (const [address, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  INNER.addSubnet(address, bits, 'ipv4')
/** Within 2000::/3: Teredo and the other protocol assignments, documentation, 6to4, which carries an IPv4 address. */
for (const [address, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  INNER.addSubnet(address, bits, 'ipv6')
/** All that is global unicast today (RFC 4291): IPv4-mapped, NAT64, unique local, link-local and multicast addresses lie outside. */
const GLOBAL = new net.BlockList()
GLOBAL.addSubnet('2000::', 3, 'ipv6')

/** Whether an address is of the public internet. False for what is no address. */
export function isPublic(address: string): boolean {
  const family = net.isIP(address)
  if (family === 4) return !INNER.check(address, 'ipv4')
  return family === 6 && GLOBAL.check(address, 'ipv6') && !INNER.check(address, 'ipv6')
}

const isLoopback = (address: string) =>
  address === '::1' || (net.isIPv4(address) && address.startsWith('127.'))

/** Names that mean this machine or its network (RFC 6761, 6762, 8375). */
const INNER_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|test|invalid|example|onion)$/
/** 443, which a URL leaves out, and 8443. */
const PORTS = ['', '8443']

/** What is wrong with the URL of an endpoint, in a sentence; null when nothing is. Asks no name server. */
export function problemOfUrl(text: string, rules: AddressRules): string | null {
  if (text.length > 2_000) return 'A URL has at most 2000 characters.'
  if (!URL.canParse(text)) return 'This is not a URL. Write it as https://shop.example.com/webhooks.'
  const url = new URL(text)
  if (url.username || url.password) return 'A URL may carry no user name and no password.'
  if (url.hash) return 'A URL may have no fragment (#).'
  const host = hostOf(url)
  if (rules.loopback && isLocal(host)) return /^https?:$/.test(url.protocol) ? null : ONLY_HTTPS
  if (url.protocol !== 'https:') return ONLY_HTTPS
  if (!PORTS.includes(url.port)) return 'Only the ports 443 and 8443 may be named.'
  if (net.isIP(host)) return isPublic(host) ? null : INNER_ADDRESS
  // `shop.example.com..` is no name, and would pass for another than the one it may lead to.
  if (host.split('.').includes('')) return NO_PUBLIC_NAME
  if (host === rules.ownHost) return 'This is the host of Payonce itself.'
  return host.includes('.') && !INNER_NAME.test(host) ? null : NO_PUBLIC_NAME
}

const ONLY_HTTPS = 'Only https is allowed.'
const NOT_PUBLIC = 'The host is not one of the public internet.'
const INNER_ADDRESS = 'This address is private or reserved. Use a host of the public internet.'
const NO_PUBLIC_NAME = 'This name leads to a private network, or nowhere. Use a host of the public internet.'

function isLocal(host: string): boolean {
  return host === 'localhost' || isLoopback(host)
}

/** Without the brackets of IPv6 and the dot at the end, which names the same host. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/**
 * The addresses to which a request for this URL may be sent, checked: refused as a whole when one of them is not public, since whoever sets
 * them chooses which one is used. They are looked up at each connection, and the connection is made to one of them.
 * @throws AddressRefused
 */
export async function addressesFor(url: URL, rules: AddressRules, resolve: Resolve): Promise<string[]> {
  const problem = problemOfUrl(url.href, rules)
  if (problem) throw new AddressRefused(problem)
  const host = hostOf(url)
  if (net.isIP(host)) return [host]
  if (rules.loopback && host === 'localhost') return ['127.0.0.1']
  const found = await resolve(host)
  if (found.length === 0) throw new AddressRefused('The host has no address.')
  if (!found.every(isPublic)) throw new AddressRefused(NOT_PUBLIC)
  return found
}

/**
 * Asks the name servers and no file of this machine, without a thread: names that hang hold nothing up. 2 s, twice: a name that takes longer
 * is tried again with its delivery.
 */
export function openResolver(): Resolve {
  const resolver = new dns.promises.Resolver({ timeout: 2_000, tries: 2 })
  return async (host) => {
    const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    return [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  }
}
