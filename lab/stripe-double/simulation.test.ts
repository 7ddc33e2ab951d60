import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Found, Gateway } from '@/payments/gateway'
import { StripeCalls } from '@/payments/stripe/calls'
import { stripeGateway } from '@/payments/stripe/gateway'
import type { IntentRow, IntentStore, NewIntentRow } from '@/payments/stripe/intents'
import { KEY } from '@/payments/stripe/outcome'
import { type StripeDouble, stripeDouble } from './server'

/**
 * The gateway to Stripe among several processes. fast-check chooses the order in which requests, answers and commits arrive, which processes
 * die at which of them, when Stripe forgets its keys or answers 500, and when the database loses its rows. The gateway's code is the real one.
 */

const REQUEST = {
  key: 'k1',
  amountMinor: 2_400n,
  currency: 'EUR',
  returnUrl: 'https://shop.example',
} as const

const CARDS = {
  approved: 'pm_card_visa',
  declined: 'pm_card_chargeDeclined',
  challenge: 'pm_card_threeDSecure2Required',
} as const

/** One process, which does one thing. @property diesAt the request, answer or commit at which it dies; null: it lives */
interface Actor {
  verb: keyof typeof CARDS | 'find' | 'cancel'
  diesAt: number | null
}
const actor: fc.Arbitrary<Actor> = fc.record({
  verb: fc.constantFrom('approved', 'approved', 'approved', 'declined', 'challenge', 'find', 'cancel'),
  diesAt: fc.option(fc.integer({ min: 1, max: 12 }), { freq: 2 }),
})

const EVENTS = ['passed', 'refused', 'forgotten', 'forgotten', 'failed'] as const
/** A database that loses its rows is a plan of its own: beyond the bank's memory both together prove nothing (`remembersForMs`). */
const plan = fc.record({
  actors: fc.array(actor, { minLength: 2, maxLength: 5 }),
  events: fc.oneof(
    fc.array(fc.constantFrom(...EVENTS), { maxLength: 4 }),
    fc.array(fc.constantFrom('passed' as const, 'refused' as const, 'lost' as const, 'failed' as const), {
      maxLength: 4,
    }),
  ),
})

type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never
type Wrong = (store: IntentStore) => IntentStore

function memoryStore(rows: Map<string, IntentRow>): IntentStore {
  return {
    find: async (key) => rows.get(key) ?? null,
    claim: async (row) => {
      if (!rows.has(row.key)) rows.set(row.key, fresh(row))
      return rows.get(row.key) ?? fresh(row)
    },
    keepDecline: async (row, { code, cardLabel }) => {
      const known = rows.get(row.key)
      if (known && known.declineCode === null) rows.set(row.key, { ...known, declineCode: code, cardLabel })
      return rows.get(row.key) ?? { ...row, declineCode: code, cardLabel }
    },
    firstAt: async () => new Date(0),
  }
}

const fresh = (row: NewIntentRow): IntentRow => ({ ...row, declineCode: null, cardLabel: null })

/** A process: each of its steps waits for its turn, and from the one at which it dies on nothing comes back to it. */
function processOf(double: StripeDouble, store: IntentStore, step: () => Promise<void>): Gateway {
  const stepped =
    <A extends unknown[], R>(act: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      await step()
      const result = await act(...args)
      await step()
      return result
    }
  let now = 0
  const calls = new StripeCalls(
    { secretKey: 'sk_test_1', address: { host: 'stripe', port: 80, protocol: 'http' }, perSecond: 1e6 },
    {
      fetch: stepped(async (input, init) => double.app.request(String(input), init)),
      now: () => now,
      // Somebody else's request ends meanwhile, or the deadline comes.
      pause: async (ms) => {
        now += ms
        await step()
      },
    },
  )
  const intents = {
    find: stepped(store.find),
    claim: stepped(store.claim),
    keepDecline: stepped(store.keepDecline),
    firstAt: store.firstAt,
  }
  return stripeGateway({ intents, calls, mode: 'test', timeoutMs: 20_000 })
}

function act(gateway: Gateway, verb: Actor['verb']): Promise<Found> {
  if (verb === 'find') return gateway.find(REQUEST.key)
  const { returnUrl: _, ...cancelled } = REQUEST
  return verb === 'cancel' ? gateway.cancel(cancelled) : gateway.charge({ ...REQUEST, method: CARDS[verb] })
}

const isEnd = ({ kind }: Found) => kind === 'approved' || kind === 'declined' || kind === 'cancelled'

/** Runs one plan in one order. @throws when a law is broken */
async function run(scheduler: fc.Scheduler, { actors, events }: Plan, wrong: Wrong): Promise<void> {
  const double = stripeDouble((id) => `http://stripe/3ds/${id}`)
  const rows = new Map<string, IntentRow>()
  const store = wrong(memoryStore(rows))
  const told: Found[] = []
  /** Processes that are neither waiting for their turn, nor dead, nor done. */
  let working = actors.length
  for (const { verb, diesAt } of actors) {
    let steps = 0
    const step = async () => {
      working--
      await scheduler.schedule(Promise.resolve(), verb)
      if (diesAt !== null && ++steps >= diesAt) return new Promise<never>(() => {})
      working++
    }
    void act(processOf(double, store, step), verb).then((outcome) => {
      working--
      told.push(outcome)
    })
  }
  for (const event of events)
    void scheduler.schedule(Promise.resolve(), event).then(async () => {
      if (event === 'forgotten') return double.forgetKeys()
      if (event === 'lost') return rows.clear()
      // The next request is answered 500, which is kept under its key.
      if (event === 'failed') return double.failNext('/v1/payment_intents')
      for (const { id } of double.account.intents)
        await double.account.answerChallenge(id, event === 'passed')
    })
  // An answer may take several rounds of the event loop to be read. Whoever reads one is not passed over: else events would come first only.
  while (working > 0 || scheduler.count() > 0)
    await (working === 0 ? scheduler.waitOne() : new Promise((resolve) => setImmediate(resolve)))
  double.failNext('nothing')
  const survivor = processOf(double, store, async () => {})
  const end = await act(survivor, 'cancel')
  const charged = double.account.charges.filter(
    (one) => one.metadata[KEY] === REQUEST.key && one.status === 'succeeded',
  )
  expect(charged.length).toBe(end.kind === 'approved' ? 1 : 0)
  expect(isEnd(end)).toBe(true)
  const lost = (events as readonly string[]).includes('lost')
  for (const outcome of told.filter(isEnd)) {
    // Where the row of a refused confirmation is lost, nothing was charged either way.
    if (lost && end.kind !== 'approved') expect(outcome.kind).not.toBe('approved')
    else expect(outcome.kind).toBe(end.kind)
  }
  expect(await act(survivor, 'approved')).toEqual(end)
}

/** Plays random plans, or those that `replay.seed` determines: in the same order, with the same result. */
const check = (wrong: Wrong, numRuns: number, replay: { seed?: number } = {}) =>
  fc.check(
    fc.asyncProperty(fc.scheduler(), plan, (scheduler, chosen) => run(scheduler, chosen, wrong)),
    { numRuns, endOnFailure: true, ...replay },
  )

describe('the gateway to Stripe, in any order, with any deaths', () => {
  it('charges a key once at most, and never tells two ends of it', { timeout: 120_000 }, async () => {
    const result = await check((store) => store, 200)
    expect(result.failed ? fc.defaultReportMessage(result) : null).toBe(null)
  })

  it.each<[string, Wrong]>([
    [
      'no row is kept: Stripe’s memory of keys alone',
      (store) => ({ ...store, find: async () => null, claim: async (row) => fresh(row) }),
    ],
  ])('finds the mistake: %s', { timeout: 120_000 }, async (_, wrong) => {
    expect((await check(wrong, 200, { seed: 1 })).failed).toBe(true)
  })
})
