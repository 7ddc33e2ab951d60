import { createHmac } from 'node:crypto'
import canonicalize from 'canonicalize'

/**
 * The intent of a request that carries a key: two requests of one API key with the same intent ask for the same thing. It is the address
 * together with the order that is paid; without one, the reference and the amount; without either, the whole body. A hash under a secret of
 * ours: a body has too little in it for a hash that anybody could compute.
 * @returns base64url
 */
export function intentOf(secret: string, keyId: string, path: string, body: unknown): string {
  return createHmac('sha256', secret)
    .update(canonicalize([keyId, path, wanted(body)]) ?? '')
    .digest('base64url')
}

function wanted(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body
  const { orderId, reference, amount, currency, items } = body as Record<string, unknown>
  if (typeof orderId === 'string') return { orderId }
  if (typeof reference === 'string') return { reference, amount, currency, items }
  return body
}
