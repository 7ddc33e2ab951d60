import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PayonceError } from './errors'
import { caught, clientOf, DOWN, problem, type Reply, type Seen, serve, UNKNOWN } from './testing'

/** Faults of one request, on its way to a server that stores keys, or of its answer. */
const FAULTS = [
  'fine',
  'cut before',
  'cut after',
  'down',
  'down, without a problem',
  'busy',
  'limited',
  'slow',
  'half an answer',
  'unknown',
] as const
type Fault = (typeof FAULTS)[number]

/** A server with one effect per key, and a connection with these faults, one per request. */
function shop(faults: readonly Fault[]) {
  const done = new Map<string, number>()
  let effects = 0
  const reply = ({ headers }: Seen, index: number): Reply => {
    const fault = faults[index] ?? 'fine'
    const key = String(headers['idempotency-key'])
    if (fault === 'cut before') return 'cut'
    if (fault === 'down') return DOWN
    if (fault === 'down, without a problem') return { status: 503, body: '<html>' }
    if (fault === 'limited') return problem('rate-limited', 429, 'same-key', false)
    const replayed = done.has(key)
    if (!replayed) done.set(key, ++effects)
    if (fault === 'cut after') return 'cut'
    if (fault === 'busy') return problem('in-progress', 409, 'same-key', false)
    if (fault === 'unknown') return UNKNOWN
    if (fault === 'half an answer') return { status: 201, body: '{"id":"pay' }
    const answer = {
      status: 201,
      body: { id: `pay_${done.get(key)}` },
      headers: { 'idempotent-replayed': String(replayed) },
    }
    return fault === 'slow' ? { ...answer, afterMs: 120 } : answer
  }
  return { reply, effects: () => effects }
}

test('whatever happens on the way, one call has one key and at most one effect; and an unknown outcome is an error that names it', {
  timeout: 60_000,
}, async () => {
  const seenFaults = new Set<Fault>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...FAULTS), { maxLength: 6 }),
      fc.integer({ min: 0, max: 6 }),
      async (faults, maxRetries) => {
        const { reply, effects } = shop(faults)
        const { url, seen } = await serve(reply)
        const call = clientOf(url, { maxRetries, sendTimeoutMs: 60 }).payments.create({
          orderId: 'ord_1',
          paymentMethod: 'pm_card_visa',
        })
        const end = await call.catch((error: unknown) => error)
        for (const fault of faults.slice(0, seen.length)) seenFaults.add(fault)

        expect(effects()).toBeLessThanOrEqual(1)
        const keys = new Set(seen.map(({ headers }) => headers['idempotency-key']))
        expect(keys.size).toBeLessThanOrEqual(1)
        if (end instanceof PayonceError) {
          for (const key of keys) expect(key).toBe(`"${end.key}"`)
          // A new key is safe only when nothing was executed.
          if (end.safeNewKey) expect(effects()).toBe(0)
          // A request that was given up early may never have arrived.
          expect(end.requests).toBeGreaterThanOrEqual(seen.length)
        } else {
          expect(end).toMatchObject({ id: 'pay_1' })
          expect(effects()).toBe(1)
        }
      },
    ),
    { numRuns: 150 },
  )
  // A fault that never happened proves nothing.
  expect([...seenFaults].toSorted()).toEqual([...FAULTS].toSorted())
})

test('a program that crashed after its request, and stored the key, gets that request’s answer', async () => {
  const { reply, effects } = shop(['cut after'])
  const { url } = await serve(reply)
  const kept: string[] = []
  const payment = { orderId: 'ord_1', paymentMethod: 'pm_card_visa' }
  await caught(
    clientOf(url, { maxRetries: 0 }).payments.create(payment, { beforeSend: (key) => kept.push(key) }),
  )
  const [idempotencyKey = ''] = kept
  expect(await clientOf(url).payments.create(payment, { idempotencyKey })).toMatchObject({
    id: 'pay_1',
    idempotency: { replayed: true },
  })
  expect(effects()).toBe(1)
})
