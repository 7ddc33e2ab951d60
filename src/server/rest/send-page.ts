import { setHeader } from '../answer-headers'
import { paged } from '../wire/json'
import type { RestContext } from './respond'

/**
 * Sends one page of a list, with a `Link` to the next one (RFC 8288). `rows` are `limit + 1`: the extra row
 * proves that there is a next page.
 */
export function sendPage<Row, Shown>(
  c: RestContext,
  rows: Row[],
  limit: number,
  show: (row: Row) => Shown,
  cursor: (row: Row) => string,
) {
  const page = paged(rows, limit, show, cursor)
  if (page.nextCursor) {
    const next = new URL(c.req.url)
    next.searchParams.set('cursor', page.nextCursor)
    setHeader(c, 'link', `<${next.pathname}${next.search}>; rel="next"`)
  }
  return c.json(page, 200)
}
