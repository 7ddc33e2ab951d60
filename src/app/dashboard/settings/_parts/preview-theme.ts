/**
 * Colours of the pages in each theme, for a preview that shows both side by side: the palette itself knows the theme of the whole page only.
 * The values are those of globals.css.
 */
export const PREVIEW_THEMES = {
  light: {
    '--color-canvas': 'oklch(0.984 0.002 260)',
    '--color-surface': 'oklch(1 0 0)',
    '--color-line': 'oklch(0.92 0.005 260)',
    '--color-ink': 'oklch(0.21 0.016 265)',
    '--color-ink-2': 'oklch(0.43 0.016 265)',
    '--color-ink-3': 'oklch(0.52 0.015 265)',
    '--color-accent': 'oklch(0.5 0.2 265)',
    '--color-on-accent': 'oklch(1 0 0)',
  },
  dark: {
    '--color-canvas': 'oklch(0.16 0.008 265)',
    '--color-surface': 'oklch(0.2 0.009 265)',
    '--color-line': 'oklch(0.29 0.011 265)',
    '--color-ink': 'oklch(0.955 0.004 265)',
    '--color-ink-2': 'oklch(0.78 0.01 265)',
    '--color-ink-3': 'oklch(0.68 0.012 265)',
    '--color-accent': 'oklch(0.55 0.2 266)',
    '--color-on-accent': 'oklch(1 0 0)',
  },
} as const
