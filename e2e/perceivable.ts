import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

const THEMES = ['light', 'dark'] as const
/** The narrowest phone, a tablet, a desktop. */
const WIDTHS = [320, 768, 1280] as const
/** A tablet shows the elements of one of these two. */
const WIDTHS_FOR_AXE: readonly number[] = [320, 1280]
/** The axe rules whose result depends on the theme. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block']
/** 1280 px at a zoom of 200 %. */
const ZOOMED = 640

/**
 * Checks one load of a page: axe in both themes on a phone and a desktop; no sideways scrolling at any width, even at
 * 200 % zoom or with wider text spacing; a visible focus ring at every Tab stop. Findings are collected, so that one run
 * names all of them.
 */
export async function expectPerceivable(page: Page): Promise<void> {
  const wrong: string[] = []
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 })
    for (const colorScheme of WIDTHS_FOR_AXE.includes(width) ? THEMES : []) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await transitionsEnded(page)
      const rules = colorScheme === 'light' ? 'all' : COLOUR_RULES
      wrong.push(...(await violations(page, rules)).map((found) => `${colorScheme} ${width}: ${found}`))
    }
    wrong.push(...(await sideways(page)).map((found) => `${width}: ${found}`))
  }
  await page.setViewportSize({ width: ZOOMED, height: 400 })
  wrong.push(...(await sideways(page)).map((found) => `zoomed: ${found}`))
  await page.setViewportSize({ width: 320, height: 640 })
  wrong.push(...(await unseenStops(page)).map((found) => `focus at 320: ${found}`))
  wrong.push(...(await withWiderText(page)).map((found) => `wider text: ${found}`))
  expect.soft(wrong, new URL(page.url()).pathname).toEqual([])
}

/** A colour halfway from one theme to the other has a contrast of its own. */
function transitionsEnded(page: Page): Promise<unknown> {
  return page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => animation instanceof CSSTransition)
        .map((transition) => transition.finished),
    ),
  )
}

async function violations(page: Page, rules: 'all' | string[]): Promise<string[]> {
  // Legacy mode opens no blank page per result; no page here has a frame of another host.
  const builder = new AxeBuilder({ page, ...(await axeIfThere(page)) }).setLegacyMode(true)
  const axe =
    rules === 'all'
      ? builder.options({ resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })
      : builder.options({ resultTypes: ['violations'], runOnly: { type: 'rule', values: rules } })
  const { violations: found } = await axe.analyze()
  return found.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target).join(' and ')}`)
}

/** Axe is a large script, which the builder would send to the page twice for each run. It stays there until the page is left. */
async function axeIfThere(page: Page): Promise<{ axeSource?: string }> {
  return (await page.evaluate(() => 'axe' in window)) ? { axeSource: 'void 0' } : {}
}

/** The elements that make the page wider than the screen. */
function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    // Content of a scroll container does not widen the page.
    const scrolls = (element: Element | null): boolean =>
      element !== null &&
      element !== document.body &&
      (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement))
    const wide = [...document.querySelectorAll('body *')].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1 && !scrolls(element),
    )
    return [
      `${scrollWidth - clientWidth} px too wide, because of ${wide.slice(-1).map((element) => element.outerHTML.slice(0, 160))}`,
    ]
  })
}

/** WCAG 1.4.12: wider spacing of lines, words and letters must not cut anything off or push it out. */
async function withWiderText(page: Page): Promise<string[]> {
  // As a browser's extension would: the pages' policy allows no style element.
  await page.evaluate(() => {
    const wider = new CSSStyleSheet()
    wider.replaceSync(
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }',
    )
    document.adoptedStyleSheets = [wider]
  })
  const found = [...(await sideways(page)), ...(await cutOff(page))]
  await page.evaluate(() => {
    document.adoptedStyleSheets = []
  })
  return found
}

/** Boxes that hide part of their text. An intended ellipsis is exempt: its full text is available elsewhere. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((element) => {
        const style = getComputedStyle(element)
        const hides =
          style.overflowX === 'hidden' || style.overflowY === 'hidden' || style.overflowX === 'clip'
        // Text for screen readers only is clipped on purpose.
        const seen =
          style.clipPath === 'none' &&
          element.clientWidth > 1 &&
          element.clientHeight > 1 &&
          style.visibility === 'visible' &&
          (element.textContent ?? '').trim() !== ''
        const tooMuch =
          element.scrollHeight > element.clientHeight + 1 ||
          (element.scrollWidth > element.clientWidth + 1 && style.textOverflow !== 'ellipsis')
        return hides && seen && tooMuch
      })
      .map((element) => `cut off: ${element.outerHTML.slice(0, 160)}`),
  )
}

/** Keys that are sent before the first answer is awaited. The API reference has some hundreds of stops. */
const KEYS_AT_ONCE = 25
const STOPS_MAX = 800

/** Walks through the page with the Tab key. @returns the stops without a ring of 2 px, and those fully covered (WCAG 2.4.7, 2.4.11) */
async function unseenStops(page: Page): Promise<string[]> {
  await page.evaluate(watchFocus)
  // Not `page.keyboard`: keys that it sends at once overlap, and the page would see all of them go down before the first comes up.
  const keyboard = await page.context().newCDPSession(page)
  const key = { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 }
  const press = () => [
    keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key }),
    keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key }),
  ]
  let walk: Walk = { ended: false, wrong: [] }
  for (let sent = 0; sent < STOPS_MAX && !walk.ended; sent += KEYS_AT_ONCE) {
    await Promise.all(Array.from({ length: KEYS_AT_ONCE }, press).flat())
    walk = await page.evaluate(() => (window as unknown as { walk: Walk }).walk)
  }
  await keyboard.detach()
  return walk.ended ? walk.wrong : [...walk.wrong, 'the Tab key does not come to an end']
}

/** What a walk has found so far. */
interface Walk {
  /** The key has left the page, or has come back to where it was. */
  ended: boolean
  wrong: string[]
}

/** Runs in the browser: begins a walk at the top of the page, and looks at each stop when the key that led there comes up. */
function watchFocus(): void {
  const { body } = document
  body.tabIndex = -1
  body.focus()
  body.removeAttribute('tabindex')
  scrollTo(0, 0)
  const walk: Walk = { ended: false, wrong: [] }
  Object.assign(window, { walk })
  const seen = new Set<Element>()
  addEventListener('keyup', look, true)

  function look(): void {
    const element = document.activeElement
    walk.ended = !element || element === body || seen.has(element)
    if (walk.ended || !element) {
      removeEventListener('keyup', look, true)
      return
    }
    seen.add(element)
    const name = element.outerHTML.slice(0, 120)
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    if (outlineStyle === 'none' || Number.parseFloat(outlineWidth) < 2) walk.wrong.push(`no ring: ${name}`)
    else if (!isOnTop(element)) walk.wrong.push(`hidden: ${name}`)
  }

  function isOnTop(element: Element): boolean {
    const points = [...element.getClientRects()].flatMap(({ left, top, width, height }) =>
      [0.1, 0.5, 0.9].flatMap((across) =>
        [0.1, 0.5, 0.9].map((down) => [left + width * across, top + height * down] as const),
      ),
    )
    return points.some(([x, y]) => {
      const top = document.elementFromPoint(x, y)
      return top !== null && element.contains(top)
    })
  }
}
