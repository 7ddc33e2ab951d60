import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ACCENT_GROUNDS, accentContrast, accentProperties, accentSheet, nearestAccent } from './accent'
import { contrastOf, hexOf, oklchOf } from './contrast'

const anyColour = fc
  .integer({ min: 0, max: 0xffffff })
  .map((number) => `#${number.toString(16).padStart(6, '0')}`)

test('the grounds are those of the pages', () => {
  const css = fs.readFileSync(path.join(import.meta.dirname, '../app/globals.css'), 'utf8')
  const ground = (name: string) =>
    /light-dark\((oklch\([^)]*\)), (oklch\([^)]*\))\)/
      .exec(css.slice(css.indexOf(`--color-${name}:`)))
      ?.slice(1)
  expect(ACCENT_GROUNDS.map(({ colour }) => colour).toSorted()).toEqual(
    [...(ground('canvas') ?? []), ...(ground('surface') ?? [])].toSorted(),
  )
})

test.each([
  ['#ffffff', 'on the light page', false],
  ['#000000', 'on the dark page', false],
  ['#ffe600', 'on the light page', false],
  ['#0b2a6f', 'on the dark page', false],
  ['#d6004a', 'nowhere', true],
  ['#0f766e', 'nowhere', true],
])('%s is lost %s: allowed %s', (colour, _, allowed) => {
  expect(accentContrast(colour).allowed).toBe(allowed)
})

test('every colour has an allowed one near it, which is itself where it is allowed', () => {
  fc.assert(
    fc.property(anyColour, (colour) => {
      const near = nearestAccent(colour)
      expect(accentContrast(near).allowed, `${colour} → ${near}`).toBe(true)
      if (accentContrast(colour).allowed) expect(near).toBe(colour)
    }),
    { numRuns: 60 },
  )
})

test('the nearest one keeps its hue, and nothing nearer of it is allowed', () => {
  const near = nearestAccent('#ffe600')
  expect(Math.abs(oklchOf(near).hue - oklchOf('#ffe600').hue)).toBeLessThan(3)
  const { lightness, chroma, hue } = oklchOf(near)
  expect(accentContrast(hexOf(`oklch(${lightness + 0.01} ${chroma} ${hue})`)).allowed).toBe(false)
})

test('the label is read on the button at rest and under the pointer, whatever the allowed colour', () => {
  fc.assert(
    fc.property(anyColour, (any) => {
      const accent = nearestAccent(any)
      const properties = accentProperties(accent)
      const label = properties['--color-on-accent'] ?? ''
      expect(contrastOf(accent, label)).toBeGreaterThanOrEqual(4.5)
      // Mixed with the label's opposite: further from the label than the colour itself.
      expect(properties['--color-accent-hover']).toContain(label === '#ffffff' ? '#000' : '#fff')
    }),
    { numRuns: 40 },
  )
})

test('what is no colour never becomes part of a page', () => {
  expect(accentSheet('#d6004a')).toMatch(/^:root\{--color-accent:#d6004a;/)
  for (const text of ['red;}body{display:none', '#D6004A', '#fff', '', null, undefined])
    expect(accentSheet(text)).toBe('')
})
