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
    if (!contentTypes.includes(type))
      return c.json({ title: `Send ${contentTypes.join(' or ')}`, status: 415 }, 415)
    const site = c.req.header('sec-fetch-site') ?? 'none'
    const foreign =
      !['same-origin', 'none'].includes(site) || !isOurs(c.req.header('origin'), ours, c.req.header('host'))
    if (foreign) return c.json({ title: 'This may be sent by our own pages only', status: 403 }, 403)
    return next()
  }
}

/** A browser tells the page's origin with what it posts, `null` where the page has none of its own; a program tells nothing. */
function isOurs(origin: string | undefined, ours: string, host: string | undefined): boolean {
  return origin === undefined || origin === ours || (URL.canParse(origin) && new URL(origin).host === host)
}
