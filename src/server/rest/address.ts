/**
 * Whose address a request has. What a client writes into X-Forwarded-For is worth nothing; what our own proxies add on the right is:
 * so many places from the right as there are proxies of ours, and without any, the socket's own address.
 */
export function addressOf(socket: string | undefined, forwarded: string | undefined, trustedHops: number): string {
  const own = socket ?? 'unknown'
  if (trustedHops === 0) return own
  const places = (forwarded ?? '')
    .split(',')
    .map((place) => place.trim())
    .filter(Boolean)
  return places.at(-trustedHops) ?? own
}
