import { expect, test } from 'vitest'
import { readPalette, THEMES } from '@/app/gallery/_parts/palette'
import { PREVIEW_THEMES } from './preview-theme'

test.each(THEMES)('the preview in the %s has the colours of the pages', (theme) => {
  const palette = readPalette()
  for (const [name, colour] of Object.entries(PREVIEW_THEMES[theme]))
    expect([name, palette.get(name.replace('--color-', ''))?.[theme]]).toEqual([name, colour])
})
