import AxeBuilder from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'

const THEMES = ['light', 'dark'] as const
/** The narrowest phone, a tablet, a desktop, and a large screen, on which lines of text could grow too long. */
const WIDTHS = [320, 768, 1280, 1920] as const
/** A tablet shows the elements of one of these two. */
const WIDTHS_FOR_AXE: readonly number[] = [320, 1280]
/** The axe rules whose result depends on the theme. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block']
/** 1280 px at a zoom of 200 %. */
const ZOOMED = 640

/**
 * Checks one load of a page: axe in both themes on a phone and a desktop; no sideways scrolling at any width, even at
 * 200 % zoom or with wider text spacing; no line of text that is too long to read; a visible focus ring at every Tab stop. Findings are
 * collected, so that one run names all of them.
 * @param always what must be in view at every width
 */
export async function expectPerceivable(page: Page, always: readonly Locator[] = []): Promise<void> {
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
    for (const one of always)
      if ((await one.filter({ visible: true }).count()) === 0) wrong.push(`${width}: no ${one} in view`)
  }
  // At the last of the widths.
  wrong.push(...(await longLines(page)))
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

/** Characters of a line at most. WCAG 1.4.8 has 80 for long texts; here they are notes of one to three lines. */
const LINE_MAX = 110

/** The texts of which a line is too long to find the next one. */
function longLines(page: Page): Promise<string[]> {
  return page.evaluate((max) => {
    const isText = (element: Element) =>
      [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '',
      ) && [...element.children].every((child) => getComputedStyle(child).display.startsWith('inline'))
    const linesOf = (element: Element) => {
      const range = document.createRange()
      range.selectNodeContents(element)
      return new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom / 8))).size
    }
    return [...document.querySelectorAll('main :is(p, li, dd, div, span)')]
      .filter(
        (element) =>
          element.checkVisibility() && !element.closest('table, pre, code, .sr-only') && isText(element),
      )
      .map((element) => ({ text: element.textContent ?? '', lines: linesOf(element) }))
      .filter(({ text, lines }) => lines > 0 && text.length / lines > max)
      .map(
        ({ text, lines }) => `a line of ${Math.round(text.length / lines)} characters: ${text.slice(0, 80)}`,
      )
  }, LINE_MAX)
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
    else if (isRingCut(element)) walk.wrong.push(`ring cut off: ${name}`)
  }

  /** A box that scrolls or hides what is outside of it cuts a ring that reaches over its edge; a word that is too wide crosses its own. */
  function isRingCut(element: Element): boolean {
    if (element.closest('nav') && element.clientWidth > 0 && element.scrollWidth > element.clientWidth)
      return true
    const { outlineWidth, outlineOffset, position: own } = getComputedStyle(element)
    const beyond = Number.parseFloat(outlineWidth) + Number.parseFloat(outlineOffset)
    const at = element.getBoundingClientRect()
    const isOutside = () => at.left - beyond < -1 || at.right + beyond > innerWidth + 1
    // Only the window cuts what is fixed.
    if (own === 'fixed') return isOutside()
    for (let box = element.parentElement; box && box !== body; box = box.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(box)
      const { left, top } = box.getBoundingClientRect()
      const [start, end] = [left + box.clientLeft, left + box.clientLeft + box.clientWidth]
      const [above, below] = [top + box.clientTop, top + box.clientTop + box.clientHeight]
      const fits = at.width <= box.clientWidth && at.height <= box.clientHeight
      if (fits && overflowX !== 'visible' && (at.left - beyond < start - 1 || at.right + beyond > end + 1))
        return true
      if (fits && overflowY !== 'visible' && (at.top - beyond < above - 1 || at.bottom + beyond > below + 1))
        return true
      if (position === 'fixed') return isOutside()
    }
    return false
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
