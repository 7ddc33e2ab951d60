import { formatHex, wcagContrast } from 'culori'
import { expect, test } from 'vitest'
import { contrastOf } from '@/lib/contrast'
import { readPalette, THEMES } from './palette'

/** culori, as the gallery had it: the colour that a screen shows, and its contrast. */
const byCulori = (one: string, other: string) => wcagContrast(formatHex(one) ?? '', formatHex(other) ?? '')

test('each pair of the palette’s colours has the contrast that culori computes', () => {
  const palette = [...readPalette().values()]
  expect(palette.length).toBeGreaterThan(20)
  for (const theme of THEMES)
    for (const one of palette)
      for (const other of palette)
        expect(contrastOf(one[theme], other[theme])).toBeCloseTo(byCulori(one[theme], other[theme]), 2)
})

test('so do colours all over the space, those outside sRGB clamped', () => {
  for (let lightness = 0; lightness <= 1; lightness += 0.1)
    for (let chroma = 0; chroma <= 0.3; chroma += 0.1)
      for (let hue = 0; hue < 360; hue += 40) {
        const colour = `oklch(${lightness.toFixed(2)} ${chroma.toFixed(2)} ${hue})`
        for (const ground of ['oklch(1 0 0)', 'oklch(0 0 0)'])
          expect(contrastOf(colour, ground), `${colour} on ${ground}`).toBeCloseTo(
            byCulori(colour, ground),
            1,
          )
      }
})

test('black on white is 21, a colour on itself 1, and what is no colour is refused', () => {
  expect(contrastOf('oklch(0 0 0)', 'oklch(1 0 0)')).toBeCloseTo(21, 5)
  expect(contrastOf('oklch(60% 0.1 250)', 'oklch(60% 0.1 250)')).toBe(1)
  for (const text of ['', 'red', '#fff', 'oklch(1 0)', 'oklch(var(--x) 0 0)'])
    expect(() => contrastOf(text, 'oklch(1 0 0)')).toThrow('not a colour')
})
