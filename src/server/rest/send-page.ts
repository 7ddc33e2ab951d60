import { paged } from '../wire/json'
import type { RestContext } from './respond'

/** A page of a list, with the address of the next one (RFC 8288). One row more than asked for was read: it tells whether there is one. */
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
    c.header('Link', `<${next.pathname}${next.search}>; rel="next"`)
  }
  return c.json(page, 200)
}
