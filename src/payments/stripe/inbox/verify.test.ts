import fc from 'fast-check'
import Stripe from 'stripe'
import { describe, expect, it, test } from 'vitest'
import { refusalOfHeader, verifyEvent } from './verify'

/** Which request is an event of Stripe's, by its bytes, its header and our clock. */

const SECRET = 'whsec_the_present_one'
const NEXT_SECRET = 'whsec_the_next_one'
const ACCOUNT = {
  secrets: [SECRET, NEXT_SECRET] as [string, ...string[]],
  mode: 'test' as const,
  stripeId: 'acct_ours',
}
const NOW = Date.parse('2026-11-27T12:00:00Z')
const BODY = JSON.stringify({
  id: 'evt_1',
  object: 'event',
  type: 'payment_intent.succeeded',
  created: NOW / 1_000,
  livemode: false,
  data: { object: { id: 'pi_1', name: 'Ærø\u2028' } },
})

const signed = (payload: string, seconds = 0, secret = SECRET) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: NOW / 1_000 + seconds })
const verify = (header: string | undefined, body = BODY) =>
  verifyEvent(ACCOUNT, { body: Buffer.from(body), header }, NOW)

describe('the age of a signature', () => {
  it.each([
    [-299, 'event'],
    [-300, 'event'],
    [-301, 'refused'],
    [299, 'event'],
    [300, 'event'],
    [301, 'refused'],
    [86_400, 'refused'],
  ])('%i s from now: %s', (seconds, kind) => {
    expect(verify(signed(BODY, seconds)).kind).toBe(kind)
  })
})

test('either secret of a rotation counts, and no other', () => {
  expect(verify(signed(BODY, 0, NEXT_SECRET))).toMatchObject({ kind: 'event', event: { id: 'evt_1' } })
  expect(verify(signed(BODY, 0, 'whsec_another')).kind).toBe('refused')
})

test('one byte more, less or changed is another body', () => {
  const header = signed(BODY)
  expect(verify(header).kind).toBe('event')
  fc.assert(
    fc.property(fc.nat({ max: BODY.length - 1 }), fc.constantFrom('more', 'less', 'changed'), (at, how) => {
      const other = BODY[at] === 'x' ? 'y' : 'x'
      const changed =
        how === 'more'
          ? `${BODY.slice(0, at)} ${BODY.slice(at)}`
          : BODY.slice(0, at) + (how === 'less' ? '' : other) + BODY.slice(at + 1)
      expect(verify(header, changed).kind).toBe('refused')
    }),
  )
})

test('whatever the header and the body are: no error is thrown, and nothing unsigned is an event', () => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom('t=', `t=${NOW / 1_000}`, 'v1=', `v1=${'0'.repeat(64)}`, ',', 'v0=1', '\u00e9'),
  )
  const header = fc.oneof(
    fc.constant(undefined),
    fc.array(part).map((parts) => parts.join(',')),
    fc.string({ unit: 'binary' }),
  )
  const body = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant(BODY))
  fc.assert(
    fc.property(header, body, (given, sent) => {
      expect(verify(given, sent).kind).toBe('refused')
    }),
    { numRuns: 500 },
  )
})

test('whatever is well signed: an event, or a reason why it is none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (payload) => {
      const result = verify(signed(payload), payload)
      expect(result).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/./) })
    }),
  )
})

test('the mode and the account must be ours', () => {
  for (const [change, kind] of [
    [{ livemode: true }, 'foreign'],
    [{ account: 'acct_theirs' }, 'foreign'],
    [{ account: 'acct_ours' }, 'event'],
    [{ account: null }, 'event'],
  ] as const) {
    const payload = JSON.stringify({ ...JSON.parse(BODY), ...change })
    expect(verify(signed(payload), payload).kind).toBe(kind)
  }
})

test('what can be refused by the header alone is refused before the body is read', () => {
  for (const header of [
    undefined,
    '',
    'v1=',
    `t=${NOW / 1_000}`,
    `t=1,v1=${'0'.repeat(64)}`,
    'x'.repeat(2_001),
  ])
    expect(refusalOfHeader(header, NOW)).toMatch(/./)
  expect(refusalOfHeader(signed(BODY), NOW)).toBe(null)
})
