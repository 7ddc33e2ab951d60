import fs from 'node:fs'
import path from 'node:path'

/** Built once and served from our own origin, so that no other host can change the script. */
export const dynamic = 'force-static'

/**
 * Scalar makes its style elements itself and knows no nonce: ours is put on them, and its style attributes are
 * set as a script may set them, so that the page's policy needs no `unsafe-inline`.
 */
const SIGN_STYLES = `(() => {
  const { nonce } = document.currentScript
  const create = document.createElement.bind(document)
  document.createElement = (name, options) => {
    const element = create(name, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    return element
  }
  const set = Element.prototype.setAttribute
  Element.prototype.setAttribute = function (name, value) {
    if (name === 'style' && this.style) this.style.cssText = value
    else set.call(this, name, value)
  }
})();
`

/** Zod tries whether it may evaluate code, and goes without where not. Each try would be a report of a violation. */
const EVAL_PROBE = 'return new Function(""),!0'

export function GET(): Response {
  const script = fs.readFileSync(
    path.join(process.cwd(), 'node_modules/@scalar/api-reference/dist/browser/standalone.js'),
    'utf8',
  )
  return new Response(SIGN_STYLES + script.replaceAll(EVAL_PROBE, 'return false'), {
    headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=3600' },
  })
}
