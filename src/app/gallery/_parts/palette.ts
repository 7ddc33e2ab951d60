import fs from 'node:fs'
import path from 'node:path'
import { contrastOf } from '@/lib/contrast'

export type Theme = 'light' | 'dark'
export const THEMES: readonly Theme[] = ['light', 'dark']

/** A colour of the palette in both themes, as written in globals.css: `oklch(…)`. */
export type Token = Record<Theme, string>

/** The backgrounds of a colour, and the contrast it needs on them: 4.5 for text, 3 for edges and signs (WCAG 1.4.3, 1.4.11). */
export interface Duty {
  on: readonly string[]
  least: 3 | 4.5
}

const GROUNDS = ['canvas', 'surface', 'muted'] as const
const onGrounds: Duty = { on: GROUNDS, least: 4.5 }
const tone = (name: string): Duty => ({ on: [...GROUNDS, `${name}-soft`], least: 4.5 })

/** Every colour with a meaning, and its backgrounds. */
export const DUTIES: Record<string, Duty> = {
  ink: onGrounds,
  'ink-2': {
    on: [...GROUNDS, 'ok-soft', 'info-soft', 'teal-soft', 'warn-soft', 'bad-soft', 'violet-soft'],
    least: 4.5,
  },
  'ink-3': onGrounds,
  link: onGrounds,
  'on-accent': { on: ['accent', 'accent-hover', 'bad-fill'], least: 4.5 },
  edge: { on: ['canvas', 'surface'], least: 3 },
  accent: { on: ['canvas', 'surface'], least: 3 },
  ok: tone('ok'),
  info: tone('info'),
  teal: tone('teal'),
  warn: tone('warn'),
  bad: tone('bad'),
  violet: tone('violet'),
}

/** The palette, parsed from globals.css, its only source. */
export function readPalette(): Map<string, Token> {
  return parsePalette(fs.readFileSync(path.join(process.cwd(), 'src/app/globals.css'), 'utf8'))
}

/** `--color-x: light-dark(A, B)`, or one colour for both. */
export function parsePalette(css: string): Map<string, Token> {
  const both = css.matchAll(/--color-([\w-]+):\s*light-dark\((oklch\([^)]*\)),\s*(oklch\([^)]*\))\)/g)
  const one = css.matchAll(/--color-([\w-]+):\s*(oklch\([^)]*\));/g)
  return new Map([
    ...[...both].map(([, name = '', light = '', dark = '']): [string, Token] => [name, { light, dark }]),
    ...[...one].map(([, name = '', colour = '']): [string, Token] => [name, { light: colour, dark: colour }]),
  ])
}

/** The lowest contrast of a colour over all of its backgrounds. */
export function leastContrast(palette: Map<string, Token>, name: string, theme: Theme): number {
  const colour = palette.get(name)?.[theme] ?? ''
  return Math.min(
    ...(DUTIES[name]?.on ?? []).map((ground) => contrastOf(colour, palette.get(ground)?.[theme] ?? '')),
  )
}
