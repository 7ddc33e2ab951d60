import type { CDPSession, Page } from '@playwright/test'
import { bundleCheckout } from '@/app/checkout.js/bundle'
import { openCheckout, payButton } from './checkout-page'
import { expect } from './fixtures'
import type { TestOrder } from './orders'

/** Where a checkout may find itself. What it promises, it promises in each of them. */
export interface Circumstance {
  /** The failures that it stands for. */
  ids: string
  name: string
  /** The name by which the browser calls the product. */
  host?: string
  /** What the page stores is not there after a reload. */
  forgets?: true
  /** Before the page opens. */
  prepare?(page: Page): Promise<unknown>
  /** Fails unless the open checkout really is in it. */
  prove?(page: Page): Promise<void>
  /** What else goes on with the order. @returns what has to hold at the end of the story */
  besides?(page: Page, order: TestOrder): Promise<() => Promise<void>>
}

/** Leads to this machine, and no browser takes it for safe, as it takes `localhost`. */
export const PLAIN_HOST = 'shop.test'

export const STRICT_MODE: Circumstance = {
  ids: 'F70',
  name: 'in StrictMode, where React does everything twice',
  async prepare(page) {
    development ??= bundleCheckout('development')
    const body = await development
    await page.route('**/checkout.js*', (route) => route.fulfill({ body, contentType: 'text/javascript' }))
    await countEffects(page)
  },
  async prove(page) {
    // Two components listen to `pageshow` for as long as they are mounted, and each of them was mounted twice.
    expect(await page.evaluate('pageshowListeners')).toBe(4)
  },
}

export const CIRCUMSTANCES: readonly Circumstance[] = [
  {
    ids: 'C1',
    name: 'on a processor that is four times slower',
    prepare: (page) => throttle(page, 4),
    async prove(page) {
      // Four times, less what a busy machine blurs; it may blur one look, and not every one.
      await expect(async () => {
        await throttle(page, 1)
        const before = await page.evaluate(msOfWork)
        await throttle(page, 4)
        expect(await page.evaluate(msOfWork)).toBeGreaterThan(2 * before)
      }).toPass({ timeout: 20_000 })
    },
  },
  {
    ids: 'F82',
    name: 'with storage blocked',
    forgets: true,
    prepare: (page) => page.addInitScript(blockStorage),
    async prove(page) {
      expect(await page.evaluate(storageSays)).toBe('SecurityError')
    },
  },
  {
    ids: 'F82',
    name: 'with storage full',
    forgets: true,
    prepare: (page) => page.addInitScript(fillStorage),
    async prove(page) {
      expect(await page.evaluate(storageSays)).toBe('QuotaExceededError')
    },
  },
  {
    ids: 'F81',
    name: 'on plain http, which is no secure context',
    host: PLAIN_HOST,
    async prove(page) {
      const missing = () => [isSecureContext, typeof crypto.randomUUID, typeof navigator.locks]
      expect(await page.evaluate(missing)).toEqual([false, 'undefined', 'undefined'])
    },
  },
  STRICT_MODE,
  {
    ids: 'F74',
    name: 'with the order open on another device',
    async besides(page, order) {
      const device = await page.context().browser()?.newContext()
      const other = await device?.newPage()
      if (!other) throw new Error('There is no other device.')
      await openCheckout(other, order)
      return async () => {
        await payButton(other).click()
        await expect(other.getByRole('heading', { name: 'This order is already paid' })).toBeVisible()
        await device?.close()
      }
    },
  },
]

let development: Promise<string> | undefined

/** One session a page: several would each have a rate of their own. */
const throttled = new WeakMap<Page, CDPSession>()

/** @param rate how many times slower scripts run */
export async function throttle(page: Page, rate: number): Promise<void> {
  const session = throttled.get(page) ?? (await page.context().newCDPSession(page))
  throttled.set(page, session)
  await session.send('Emulation.setCPUThrottlingRate', { rate })
}

/** How long the same work takes, at best. */
function msOfWork(): number {
  const turns = Array.from({ length: 5 }, () => {
    const began = performance.now()
    for (let done = 0; done < 10_000_000; done++);
    return performance.now() - began
  })
  return Math.min(...turns)
}

function countEffects(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const counter = window as unknown as { pageshowListeners: number }
    counter.pageshowListeners = 0
    const listen = window.addEventListener.bind(window)
    window.addEventListener = (...listener: Parameters<typeof listen>) => {
      if (listener[0] === 'pageshow') counter.pageshowListeners++
      listen(...listener)
    }
  })
}

/** As a browser does that is told to keep no site's data: naming the storage throws. */
function blockStorage(): void {
  for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, name, {
      get() {
        throw new DOMException('The user blocks storage.', 'SecurityError')
      },
    })
}

/** As some private windows do: all is there, and nothing fits in. */
function fillStorage(): void {
  Storage.prototype.setItem = () => {
    throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
  }
}

function storageSays(): string {
  try {
    localStorage.setItem('asked', 'yes')
    return 'kept'
  } catch (error) {
    return (error as DOMException).name
  }
}
