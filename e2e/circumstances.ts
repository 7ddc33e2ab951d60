import type { CDPSession, Page } from '@playwright/test'
import { bundleCheckout } from '@/app/checkout.js/bundle'
import { openCheckout, payButton } from './checkout-page'
import { expect } from './fixtures'
import type { TestOrder } from './orders'

/** A condition that the checkout has to work under. Its guarantees are tested in each. */
export interface Circumstance {
  /** The ids of the failures it represents. */
  ids: string
  name: string
  /** The host name in the browser's address. */
  host?: string
  /** Stored data does not survive a reload. */
  forgets?: true
  /** Runs before the page opens. */
  prepare?(page: Page): Promise<unknown>
  /** Fails unless the open checkout really is under this condition. */
  prove?(page: Page): Promise<void>
  /** Other activity on the order. @returns the assertions for the end of the test */
  besides?(page: Page, order: TestOrder): Promise<() => Promise<void>>
}

/** A name of this machine that browsers, unlike `localhost`, do not treat as a secure context. */
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
      // Four times slower, with a margin for a busy machine: one measurement may be off, not all of them.
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

/** One CDP session per page: each session would have a rate of its own. */
const throttled = new WeakMap<Page, CDPSession>()

/** @param rate how many times slower scripts run */
export async function throttle(page: Page, rate: number): Promise<void> {
  const session = throttled.get(page) ?? (await page.context().newCDPSession(page))
  throttled.set(page, session)
  await session.send('Emulation.setCPUThrottlingRate', { rate })
}

/** The shortest time that a fixed piece of work takes, in ms. */
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

/** A browser set to keep no site data: every access to storage throws. */
function blockStorage(): void {
  for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, name, {
      get() {
        throw new DOMException('The user blocks storage.', 'SecurityError')
      },
    })
}

/** Some private windows: storage exists, but every write fails. */
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
