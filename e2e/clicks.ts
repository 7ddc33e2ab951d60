import type { Page } from '@playwright/test'

/** Counts what a person presses with the mouse on a page, over all its documents. Keys are not counted. */
export async function countClicks(page: Page): Promise<{ since(): number }> {
  let clicks = 0
  await page.exposeFunction('countClick', () => void clicks++)
  const listen = () =>
    document.addEventListener(
      'click',
      // A press of Enter on a button is a click without a `detail`.
      ({ isTrusted, detail }) =>
        isTrusted && detail > 0 && (window as unknown as { countClick(): void }).countClick(),
      true,
    )
  await page.addInitScript(listen)
  await page.evaluate(listen)
  return {
    /** @returns the clicks since it was last asked */
    since: () => {
      const count = clicks
      clicks = 0
      return count
    },
  }
}
