import { contrastOf, hexOf, isInSrgb, oklchOf } from './contrast'

/**
 * A merchant's accent: one colour that fills the Pay button in both themes. It must be seen against the page (3:1, WCAG 1.4.11), and a
 * label of white or black must be read on it (4.5:1, WCAG 1.4.3).
 */

/** Backgrounds behind the button, light and dark: `--color-canvas` and `--color-surface` of globals.css. */
export const ACCENT_GROUNDS = [
  { theme: 'light', colour: 'oklch(0.984 0.002 260)' },
  { theme: 'light', colour: 'oklch(1 0 0)' },
  { theme: 'dark', colour: 'oklch(0.16 0.008 265)' },
  { theme: 'dark', colour: 'oklch(0.2 0.009 265)' },
] as const

const AGAINST_GROUND = 3
const OF_LABEL = 4.5
const LABELS = ['#ffffff', '#000000'] as const
/** Steps of lightness in which the nearest allowed colour is searched: an eye hardly tells two apart. */
const STEP = 0.004

export const ACCENT_FORM = /^#[0-9a-f]{6}$/

/** Contrasts of a colour: its lowest against each theme, and of the better of the two labels on it. */
export interface AccentContrast {
  light: number
  dark: number
  label: number
  allowed: boolean
}

/** @param hex `#rrggbb` in small letters */
export function accentContrast(hex: string): AccentContrast {
  const against = (theme: 'light' | 'dark') =>
    Math.min(
      ...ACCENT_GROUNDS.filter((one) => one.theme === theme).map(({ colour }) => contrastOf(hex, colour)),
    )
  const [light, dark, label] = [against('light'), against('dark'), contrastOf(hex, labelOn(hex))]
  return { light, dark, label, allowed: Math.min(light, dark) >= AGAINST_GROUND && label >= OF_LABEL }
}

/** The allowed colour of the same hue whose lightness is nearest; the colour itself if it is allowed. */
export function nearestAccent(hex: string): string {
  if (accentContrast(hex).allowed) return hex
  const { lightness } = oklchOf(hex)
  for (let distance = STEP; distance < 1; distance += STEP)
    for (const moved of [lightness - distance, lightness + distance]) {
      const candidate = atLightness(hex, moved)
      if (candidate && accentContrast(candidate).allowed) return candidate
    }
  throw new Error(`no allowed colour is near ${hex}`)
}

/** The colour at another lightness, with as much of its chroma as sRGB has there. Null: there is no such lightness. */
function atLightness(hex: string, lightness: number): string | null {
  if (lightness < 0 || lightness > 1) return null
  const { chroma, hue } = oklchOf(hex)
  for (let part = 1; part >= 0; part -= 0.05) {
    const colour = `oklch(${lightness.toFixed(4)} ${(chroma * part).toFixed(4)} ${hue.toFixed(2)})`
    if (isInSrgb(colour)) return hexOf(colour)
  }
  return null
}

/** The label that is read better on a colour; white where both are read well. */
function labelOn(hex: string): string {
  const [white, black] = LABELS
  return contrastOf(hex, white) >= OF_LABEL ? white : black
}

/** The custom properties that an accent replaces. The hover moves away from the label, so that its contrast only grows. */
export function accentProperties(hex: string): Record<string, string> {
  const label = labelOn(hex)
  return {
    '--color-accent': hex,
    '--color-accent-hover': `color-mix(in oklab, ${hex} 88%, ${label === '#ffffff' ? '#000' : '#fff'})`,
    '--color-on-accent': label,
  }
}

/** The same as a style sheet. @returns '' for what is no colour: it is part of a page */
export function accentSheet(hex: string | null | undefined): string {
  if (!hex || !ACCENT_FORM.test(hex)) return ''
  const properties = Object.entries(accentProperties(hex)).map(([name, value]) => `${name}:${value}`)
  return `:root{${properties.join(';')}}`
}
