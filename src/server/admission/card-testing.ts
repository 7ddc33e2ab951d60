import type { RecentEnds } from '@/payments/recent-declines'

/**
 * Declines of one merchant in 10 minutes from which card testing is suspected. 100: a shop with fifty orders
 * a minute, of which a fifth fail, has as many, and then the next condition does not hold.
 */
export const DECLINES_MIN = 100
/** And more than half of what ended was declined. A shop's own share is 5 to 20 in a hundred. */
const DECLINED_SHARE = 0.5
/** 10 minutes after the last sign of it: as long as the window that is looked at. */
const LASTS_MS = 600_000
/** Pause between two looks at one merchant. 2 s: a flood is noticed soon, and costs one short read. */
const LOOK_EVERY_MS = 2_000
/** Merchants that are remembered. 10,000: more than are attacked at a time; the oldest is forgotten first. */
const MERCHANTS_MAX = 10_000

export interface CardTestingOptions {
  recentEnds(merchantId: string): Promise<RecentEnds>
  /** Called once when a merchant's payments begin to look like card testing. */
  onBegin(merchantId: string, ends: RecentEnds): void
  now?: () => number
}

/**
 * Watches each merchant for card testing: stolen numbers tried one by one, over many orders. It looks after a
 * decline, beside the request, and at no other time: a shop without declines costs nothing.
 */
export class CardTesting {
  private readonly merchants = new Map<string, { lookAt: number; until: number }>()
  private readonly now: () => number

  constructor(private readonly options: CardTestingOptions) {
    this.now = options.now ?? (() => performance.now())
  }

  /** A card of this merchant's shopper was declined. Never throws; the promise is for tests. */
  async declined(merchantId: string): Promise<void> {
    const known = this.merchants.get(merchantId) ?? { lookAt: 0, until: 0 }
    if (known.lookAt > this.now()) return
    known.lookAt = this.now() + LOOK_EVERY_MS
    this.remember(merchantId, known)
    // The database is away: the other limits hold meanwhile, and the next decline looks again.
    const ends = await this.options.recentEnds(merchantId).catch(() => null)
    if (!ends || ends.declined < DECLINES_MIN || ends.declined <= ends.ended * DECLINED_SHARE) return
    const begins = known.until <= this.now()
    known.until = this.now() + LASTS_MS
    if (begins) this.options.onBegin(merchantId, ends)
  }

  isSuspected(merchantId: string): boolean {
    return (this.merchants.get(merchantId)?.until ?? 0) > this.now()
  }

  private remember(merchantId: string, known: { lookAt: number; until: number }): void {
    this.merchants.delete(merchantId)
    if (this.merchants.size >= MERCHANTS_MAX)
      this.merchants.delete(this.merchants.keys().next().value as string)
    this.merchants.set(merchantId, known)
  }
}
