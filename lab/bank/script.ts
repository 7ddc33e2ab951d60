import { z } from 'zod'

/** What a bank may be told to do to a request, in place of answering it as it should. */
export const FAULTS = [
  'ok',
  'decline',
  '429',
  'error-before',
  'error-after',
  'silence-before',
  'silence-after',
  'truncated',
  'slow',
  'twice',
  'wrong-amount',
  'wrong-currency',
  'forgets',
  'refuse',
] as const
export type Fault = (typeof FAULTS)[number]

/** The requests of the bank's HTTP face, by what they ask for. */
export type Verb = 'charge' | 'refund' | 'find' | 'list'

const CHARGE_ONLY: readonly Fault[] = ['decline', 'twice', 'wrong-amount', 'wrong-currency', 'forgets']

/** One line of the script: the fault, and the requests that it is for. */
export const faultOrder = z
  .strictObject({
    fault: z.enum(FAULTS),
    on: z.enum(['charge', 'refund', 'find', 'list']).default('charge'),
    /** Only requests with this key; without one, any. */
    key: z.string().min(1).nullable().default(null),
    /** How many of them, from now on. */
    next: z.number().int().min(1).max(100_000).default(1),
    /** How slow (`slow`), or after how long (`forgets`), in milliseconds. */
    ms: z.number().int().min(0).max(3_600_000).default(0),
  })
  .refine(({ fault, on }) => on === 'charge' || !CHARGE_ONLY.includes(fault), 'this fault is of a charge')
export type FaultOrder = z.infer<typeof faultOrder>

/** What is still to happen, and what has happened: a campaign must show that each of its faults was seen. */
export class Script {
  private waiting: FaultOrder[] = []
  private readonly counts = new Map<Fault, number>()

  add(orders: FaultOrder[]): void {
    this.waiting.push(...orders)
  }

  clear(): void {
    this.waiting = []
  }

  /** The order for this request, if there is one. What names a key comes before what is for anybody. */
  take(verb: Verb, key: string | null): FaultOrder | null {
    const fits = this.waiting.filter((one) => one.on === verb && (one.key === null || one.key === key))
    const found = fits.find((one) => one.key !== null) ?? fits[0]
    if (!found) return null
    found.next -= 1
    this.waiting = this.waiting.filter((one) => one.next > 0)
    return found
  }

  happened(fault: Fault): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1)
  }

  report(): { seen: Partial<Record<Fault, number>>; waiting: FaultOrder[] } {
    return { seen: Object.fromEntries(this.counts), waiting: this.waiting }
  }
}
