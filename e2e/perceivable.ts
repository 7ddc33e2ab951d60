import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

const THEMES = ['light', 'dark'] as const
/** The narrowest phone, a tablet, a desktop. */
const WIDTHS = [320, 768, 1280] as const
/** All that another theme can change. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block']
/** 1280 px at a zoom of 200 %. */
const ZOOMED = 640

/**
 * One load of a page, looked at in every way: axe in both themes at three widths; no scrolling to the side, not at 200 % zoom nor with
 * wider text either; every stop of the Tab key with a ring that is not hidden. What is wrong is collected, so that one run names all of it.
 */
export async function expectPerceivable(page: Page, options: { notOurs?: string } = {}): Promise<void> {
  const wrong: string[] = []
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 })
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const rules = colorScheme === 'light' ? 'all' : COLOUR_RULES
      wrong.push(
        ...(await violations(page, rules, options.notOurs)).map(
          (found) => `${colorScheme} ${width}: ${found}`,
        ),
      )
    }
    if (!options.notOurs) wrong.push(...(await sideways(page)).map((found) => `${width}: ${found}`))
  }
  if (options.notOurs) return expect.soft(wrong, new URL(page.url()).pathname).toEqual([])
  await page.setViewportSize({ width: ZOOMED, height: 400 })
  wrong.push(...(await sideways(page)).map((found) => `zoomed: ${found}`))
  await page.setViewportSize({ width: 320, height: 640 })
  wrong.push(...(await unseenStops(page)).map((found) => `focus at 320: ${found}`))
  wrong.push(...(await withWiderText(page)).map((found) => `wider text: ${found}`))
  expect.soft(wrong, new URL(page.url()).pathname).toEqual([])
}

async function violations(page: Page, rules: 'all' | string[], notOurs?: string): Promise<string[]> {
  // Without the blank page that it would else open for each answer: nothing here lies in a frame of another host.
  const builder = new AxeBuilder({ page }).setLegacyMode(true)
  const axe =
    rules === 'all'
      ? builder.options({ rules: { 'target-size': { enabled: true } } })
      : builder.withRules(rules)
  const { violations: found } = await (notOurs ? axe.exclude(notOurs) : axe).analyze()
  return found.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target).join(' and ')}`)
}

/** What makes the page wider than the screen. */
function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    // What is wide inside of something that scrolls by itself makes no page wider.
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

/** WCAG 1.4.12: a reader may space lines, words and letters out, and nothing is cut off or pushed out by it. */
async function withWiderText(page: Page): Promise<string[]> {
  const style = await page.addStyleTag({
    content:
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }',
  })
  const found = [...(await sideways(page)), ...(await cutOff(page))]
  await style.evaluate((element) => (element as HTMLStyleElement).remove())
  return found
}

/** Boxes that hide a part of their text. What ends in an ellipsis on purpose has the whole of it elsewhere. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((element) => {
        const style = getComputedStyle(element)
        const hides =
          style.overflowX === 'hidden' || style.overflowY === 'hidden' || style.overflowX === 'clip'
        // What is for screen readers alone is cut to a point on purpose.
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

/** Walks through the page with the Tab key. @returns the stops without a ring of 2 px, and those that nothing of can be seen (2.4.7, 2.4.11) */
async function unseenStops(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    const body = document.body
    body.tabIndex = -1
    body.focus()
    body.removeAttribute('tabindex')
    scrollTo(0, 0)
  })
  const wrong: string[] = []
  for (let stop = 0; stop < 200; stop++) {
    await page.keyboard.press('Tab')
    const found = await page.evaluate(lookAtFocus)
    if (found === 'left the page') return wrong
    if (found !== null) wrong.push(found)
  }
  return [...wrong, 'the Tab key does not come to an end']
}

/** In the browser: null when the focused element shows a ring, and some of it lies on top. */
function lookAtFocus(): string | null {
  const element = document.activeElement
  const seen = window as typeof window & { stops?: Set<Element> }
  if (!element || element === document.body || seen.stops?.has(element)) {
    delete seen.stops
    return 'left the page'
  }
  seen.stops ??= new Set()
  seen.stops.add(element)
  const name = element.outerHTML.slice(0, 120)
  const { outlineStyle, outlineWidth } = getComputedStyle(element)
  if (outlineStyle === 'none' || Number.parseFloat(outlineWidth) < 2) return `no ring: ${name}`
  const boxes = [...element.getClientRects()]
  const points = boxes.flatMap(({ left, top, width, height }) =>
    [0.1, 0.5, 0.9].flatMap((across) =>
      [0.1, 0.5, 0.9].map((down) => [left + width * across, top + height * down] as const),
    ),
  )
  const onTop = points.some(([x, y]) => {
    const top = document.elementFromPoint(x, y)
    return top !== null && element.contains(top)
  })
  return onTop ? null : `hidden: ${name}`
}
