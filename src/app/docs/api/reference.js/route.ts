import fs from 'node:fs'
import path from 'node:path'

/** Built once and served from our own origin, so that no other host can change the script. */
export const dynamic = 'force-static'

/**
 * Scalar makes its style elements itself and knows no nonce: ours is put on them, so that the page's policy
 * needs no `unsafe-inline`.
 */
const SIGN_STYLES = `(() => {
  const { nonce } = document.currentScript
  const create = document.createElement.bind(document)
  document.createElement = (name, options) => {
    const element = create(name, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    return element
  }
})();
`

export function GET(): Response {
  const script = fs.readFileSync(
    path.join(process.cwd(), 'node_modules/@scalar/api-reference/dist/browser/standalone.js'),
    'utf8',
  )
  return new Response(SIGN_STYLES + script, {
    headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=3600' },
  })
}
