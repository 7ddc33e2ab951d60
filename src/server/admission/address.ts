import net from 'node:net'

/**
 * Whose address a request has. What a client writes into X-Forwarded-For is worth nothing; what our own proxies add on the right is:
 * so many places from the right as there are proxies of ours, and without any, the socket's own address.
 */
export function addressOf(
  socket: string | undefined,
  forwarded: string | undefined,
  trustedHops: number,
): string {
  const places = (forwarded ?? '')
    .split(',')
    .map((place) => place.trim())
    .filter(Boolean)
  const seen = trustedHops === 0 ? undefined : places.at(-trustedHops)
  // A place that holds no address was not written by a proxy of ours, however long it is.
  return networkOf(seen) ?? networkOf(socket) ?? 'unknown'
}

/**
 * What one caller may be taken for: an IPv4 address, or the first half of an IPv6 address, since every household has 2^64 of the other
 * half to spend. Null when the text is no address.
 */
function networkOf(text: string | undefined): string | null {
  const bare = (text ?? '').replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1').replace(/^\[(.*)\](?::\d+)?$/, '$1')
  const address = bare.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (net.isIPv4(address)) return address
  return net.isIPv6(address) ? `${firstHalf(address)}::/64` : null
}

function firstHalf(address: string): string {
  const [left = '', right] = address.toLowerCase().split('::')
  const groups = left.split(':').filter(Boolean)
  const after =
    right === undefined ? 0 : right.split(':').filter(Boolean).length + (right.includes('.') ? 1 : 0)
  while (right !== undefined && groups.length + after < 8) groups.push('0')
  const all = [...groups, ...(right ?? '').split(':')]
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
