/** An origin that cannot be ours or anyone's. */
const NOWHERE = 'http://nowhere.invalid'

/**
 * Where a form may send its reader back to: an address within this site, or `/`. What the URL parser makes of the text is what a browser
 * would make of it, so it is the parser's own path that is returned; it may still begin with `//` (from `/.//host`), which leads elsewhere.
 */
export function safeBackPath(back: unknown): string {
  if (typeof back !== 'string' || !back.startsWith('/') || !URL.canParse(back, NOWHERE)) return '/'
  const { origin, pathname, search } = new URL(back, NOWHERE)
  return origin === NOWHERE && !pathname.startsWith('//') ? pathname + search : '/'
}
