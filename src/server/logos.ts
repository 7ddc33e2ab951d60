import { Hono } from 'hono'
import { logoBytes } from '@/settings/logo'
import type { Deps } from './deps'

/** A day: a logo has a new address when it changes; one that is in force no more shall not be kept for long. */
const KEPT_SECONDS = 86_400
const PLACE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.png$/

/**
 * `GET /api/logos/<id>.png`: the logo of a merchant, for whoever sees its pages. Always a PNG that we have written (`settings/png.ts`), and
 * as every answer of ours it may not be taken for anything else, nor load anything when it is opened by itself. Read on the connections of
 * pages: however many are asked for, no payment waits for one.
 */
export function logos({ pages }: Pick<Deps, 'pages'>) {
  const app = new Hono()
  app.get('/:file', async (c) => {
    const id = PLACE.exec(c.req.param('file'))?.[1]
    const png = id ? await logoBytes(pages, id) : null
    if (!png) return c.notFound()
    return c.body(new Uint8Array(png), 200, {
      'Content-Type': 'image/png',
      'Cache-Control': `public, max-age=${KEPT_SECONDS}`,
    })
  })
  return app
}
