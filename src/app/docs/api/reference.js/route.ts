import fs from 'node:fs'
import path from 'node:path'

/** Built once and served from our own origin, so that no other host can change the script. */
export const dynamic = 'force-static'

export function GET(): Response {
  const script = fs.readFileSync(
    path.join(process.cwd(), 'node_modules/@scalar/api-reference/dist/browser/standalone.js'),
    'utf8',
  )
  return new Response(script, {
    headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=3600' },
  })
}
