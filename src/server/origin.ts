import type { MiddlewareHandler } from 'hono'

/**
 * What changes something must come from our own pages: of the given content type, which another site's form cannot send, or with
 * an origin that is ours. tRPC would take a multipart form for any mutation; this does not.
 */
export function ownPagesOnly(contentTypes: string[], baseUrl: string): MiddlewareHandler {
  const ours = new URL(baseUrl).origin
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
    if (!contentTypes.includes(type)) return c.json({ title: `Send ${contentTypes.join(' or ')}`, status: 415 }, 415)
    const site = c.req.header('sec-fetch-site')
    const origin = c.req.header('origin')
    const foreign =
      (site && site !== 'same-origin' && site !== 'none') || (origin && origin !== ours && new URL(origin).host !== c.req.header('host'))
    if (foreign) return c.json({ title: 'This may be sent by our own pages only', status: 403 }, 403)
    return next()
  }
}
