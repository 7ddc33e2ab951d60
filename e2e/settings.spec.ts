import { expect, test } from './fixtures'

/** A red square of 40 × 20 pixels as a PNG, made by the browser itself. */
async function redPicture(page: import('@playwright/test').Page): Promise<Buffer> {
  const base64 = await page.evaluate(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 300
    canvas.height = 150
    const context = canvas.getContext('2d')
    if (context) {
      context.fillStyle = '#c00'
      context.fillRect(0, 0, 300, 150)
    }
    return canvas.toDataURL('image/jpeg').split(',')[1] ?? ''
  })
  return Buffer.from(base64, 'base64')
}

test('an admin brands the checkout: a colour that would be lost is refused with the nearest, a logo is drawn anew', {
  tag: '@alone',
}, async ({ operatorPage: page, newOrder, sql }) => {
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  await page.goto('/dashboard/settings')
  try {
    await page.getByLabel('Display name').fill('Harbour & Sons')
    await page.getByLabel('Accent', { exact: false }).first().fill('#ffe600')
    await page.getByRole('button', { name: /^Use #[0-9a-f]{6}, the nearest/ }).click()
    const accent = await page.getByLabel('Accent', { exact: false }).first().inputValue()
    await page.getByRole('button', { name: 'Save changes' }).click()
    await expect(page.getByText('Saved.', { exact: true })).toBeVisible()
    await page.getByLabel('Picture').setInputFiles({
      name: 'logo.jpg',
      mimeType: 'image/jpeg',
      buffer: await redPicture(page),
    })
    await page.getByRole('button', { name: 'Save logo' }).click()
    await expect(page.getByRole('button', { name: 'Remove logo' })).toBeVisible()

    await page.goto((await newOrder()).checkoutUrl)
    const logo = page.getByRole('img', { name: 'Harbour & Sons' })
    await expect(logo).toBeVisible()
    expect(
      await logo.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]),
    ).toEqual([192, 96])
    const pay = page.getByRole('button', { name: /^Pay / })
    const rgb = accent
      .match(/[0-9a-f]{2}/g)
      ?.map((pair) => Number.parseInt(pair, 16))
      .join(', ')
    await expect(pay).toHaveCSS('background-color', `rgb(${rgb})`)

    await page.goto('/dashboard/audit?action=settings')
    // The newest: a first try has left its own.
    await expect(page.getByRole('row').filter({ hasText: 'Harbour & Sons' }).first()).toContainText('nothing')
    expect(complaints).toEqual([])
  } finally {
    await sql('DELETE FROM merchant_settings')
  }
})
