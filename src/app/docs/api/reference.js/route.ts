import fs from 'node:fs'
import path from 'node:path'

/** Made once, by the build; served as a file of ours, so that no other host has a say in it. */
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
