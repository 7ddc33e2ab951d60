import type { Page } from '@playwright/test'
import { GALLERY_SECTIONS } from '@/app/gallery/_parts/sections'
import { expect, test } from './fixtures'

/**
 * Pictures of the components, compared pixel by pixel. After an intended change: check the difference in the report, run
 * `npx playwright test e2e/gallery.spec.ts --update-snapshots`, and check each new picture before you commit it.
 * Each theme and each width once, not in every combination: colours do not depend on widths, and the pictures stay under 1.5 MB.
 */
const VIEWS = [
  { theme: 'light', width: 320 },
  { theme: 'dark', width: 1280 },
] as const

for (const { theme, width } of VIEWS) {
  test(`the gallery looks as it did, in ${theme} at ${width} px`, async ({ page }) => {
    await openGallery(page, theme, width)
    // The palette has its own pictures, below; type is the same in both themes.
    for (const { id } of GALLERY_SECTIONS.filter(
      (place) => place.id !== 'palette' && !(place.id === 'type' && theme === 'dark'),
    ))
      await expect.soft(page.locator(`#${id}`)).toHaveScreenshot(`${id}-${theme}-${width}.png`)
  })
}

for (const theme of ['light', 'dark'] as const) {
  test(`each colour of the palette is what it was, in ${theme}`, async ({ page }) => {
    await openGallery(page, 'light', 1280)
    // A swatch is more than 1 % of this picture, so a change of one colour is noticed.
    await expect(page.getByRole('list', { name: `In ${theme}` })).toHaveScreenshot(`palette-of-${theme}.png`)
  })

  test(`focus looks as it did, in ${theme}`, async ({ page }) => {
    await openGallery(page, theme, 1280)
    for (const [name, piece] of [
      ['button', page.locator('#buttons figure').first()],
      ['field', page.locator('#fields figure').nth(3)],
      ['link', page.locator('#navigation figure').nth(2)],
    ] as const) {
      // By keyboard: a click shows no focus ring.
      await piece.locator('button, input, a').first().focus()
      await page.keyboard.press('Shift+Tab')
      await page.keyboard.press('Tab')
      await expect.soft(piece).toHaveScreenshot(`focus-${name}-${theme}.png`)
    }
  })
}

async function openGallery(page: Page, colorScheme: 'light' | 'dark', width: number): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.setViewportSize({ width, height: 800 })
  await page.goto('/gallery', { waitUntil: 'networkidle' })
  await page.evaluate(() => document.fonts.ready)
}
