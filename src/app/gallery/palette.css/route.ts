import { readPalette, THEMES } from '../_parts/palette'

/** Written once, by the build. */
export const dynamic = 'force-static'

/**
 * Defines every token again with one theme's value, for everything inside `.palette-light` and `.palette-dark`.
 * A file, because the page's policy allows no style attribute.
 */
export function GET(): Response {
  const palette = [...readPalette()]
  const rules = THEMES.map((theme) => {
    const tokens = palette.map(([name, token]) => `--color-${name}: ${token[theme]};`)
    return `.palette-${theme} {\n  ${tokens.join('\n  ')}\n}\n`
  })
  return new Response(rules.join(''), { headers: { 'content-type': 'text/css; charset=utf-8' } })
}
