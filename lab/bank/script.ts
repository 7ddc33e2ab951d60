import { z } from 'zod'

/** The ways in which the bank can be ordered to misbehave; `ok` is a correct answer, to let one request pass. */
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

/** The kinds of request that the bank's HTTP API takes; `end`: a capture, or a release. */
export type Verb = 'charge' | 'refund' | 'end' | 'find' | 'list'

const CHARGE_ONLY: readonly Fault[] = ['decline', 'twice', 'wrong-amount', 'wrong-currency', 'forgets']

/** One order: a fault, and the requests that it applies to. */
export const faultOrder = z
  .strictObject({
    fault: z.enum(FAULTS),
    on: z.enum(['charge', 'refund', 'end', 'find', 'list']).default('charge'),
    /** Only requests with this key; null for any. */
    key: z.string().min(1).nullable().default(null),
    /** The number of requests that it applies to. */
    next: z.number().int().min(1).max(100_000).default(1),
    /** The delay of `slow` and `forgets`, in milliseconds. */
    ms: z.number().int().min(0).max(3_600_000).default(0),
  })
  .refine(
    ({ fault, on }) => on === 'charge' || !CHARGE_ONLY.includes(fault),
    'this fault is for charges only',
  )
export type FaultOrder = z.infer<typeof faultOrder>

/** The orders still to be carried out, and a count of the faults that have happened: a campaign must show that each of them did. */
export class Script {
  private waiting: FaultOrder[] = []
  private readonly counts = new Map<Fault, number>()
  private readonly struck: string[] = []

  add(orders: FaultOrder[]): void {
    this.waiting.push(...orders)
  }

  clear(): void {
    this.waiting = []
  }

  /** The order for this request, or null. An order for its key comes before one for any key. */
  take(verb: Verb, key: string | null): FaultOrder | null {
    const fits = this.waiting.filter((one) => one.on === verb && (one.key === null || one.key === key))
    const found = fits.find((one) => one.key !== null) ?? fits[0]
    if (!found) return null
    found.next -= 1
    this.waiting = this.waiting.filter((one) => one.next > 0)
    return found
  }

  happened({ fault, key }: FaultOrder): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1)
    if (key !== null) this.struck.push(key)
  }

  /** `struck`: keys of the orders for one key that have happened. */
  report(): { seen: Partial<Record<Fault, number>>; struck: string[]; waiting: FaultOrder[] } {
    return { seen: Object.fromEntries(this.counts), struck: this.struck, waiting: this.waiting }
  }
}
