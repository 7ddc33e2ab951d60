/** An origin that cannot exist (RFC 2606). */
const NOWHERE = 'http://nowhere.invalid'

/**
 * The path a form may lead back to: one on this site, otherwise `/`. Returned as the URL parser reads it, since a browser
 * reads it the same way. Even a parsed path may begin with `//` (from `/.//host`), which would lead to another site.
 */
export function safeBackPath(back: unknown): string {
  if (typeof back !== 'string' || !back.startsWith('/') || !URL.canParse(back, NOWHERE)) return '/'
  const { origin, pathname, search } = new URL(back, NOWHERE)
  return origin === NOWHERE && !pathname.startsWith('//') ? pathname + search : '/'
}
