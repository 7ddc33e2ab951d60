import { expect, test } from 'vitest'
import { DUTIES, leastContrast, parsePalette, readPalette, THEMES } from './palette'

const palette = readPalette()

test('every colour that carries meaning stands out from all that it is laid upon, in both themes', () => {
  const faint = Object.entries(DUTIES).flatMap(([name, { least }]) =>
    THEMES.flatMap((theme) => {
      const contrast = leastContrast(palette, name, theme)
      return contrast >= least ? [] : [`${name} in ${theme}: ${contrast.toFixed(2)}, not ${least}`]
    }),
  )
  expect(faint).toEqual([])
})

test('whatever is named in a duty is in the palette', () => {
  const named = Object.entries(DUTIES).flatMap(([name, { on }]) => [name, ...on])
  expect(named.filter((name) => !palette.has(name))).toEqual([])
})

test('reads one colour for both themes, and one for each; black on white is 21', () => {
  const read = parsePalette(
    '--color-ink: light-dark(oklch(0 0 0), oklch(1 0 0));\n--color-canvas: oklch(1 0 0);',
  )
  expect(read.get('canvas')).toEqual({ light: 'oklch(1 0 0)', dark: 'oklch(1 0 0)' })
  for (const ground of ['surface', 'muted']) read.set(ground, { light: 'oklch(1 0 0)', dark: 'oklch(1 0 0)' })
  expect(leastContrast(read, 'ink', 'light')).toBeCloseTo(21)
  expect(leastContrast(read, 'ink', 'dark')).toBeCloseTo(1)
})
