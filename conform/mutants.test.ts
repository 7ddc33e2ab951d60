import { expect, test } from 'vitest'
import type { CheckId } from './checks'
import { CHECKS } from './checks'
import { conform } from './conform'
import type { ProfileName } from './profile'
import { PROFILES } from './profiles'
import {
  type Habits,
  habitsOf,
  OLD_KEY,
  openExemplary,
  quotedLine,
  type StoredAnswer,
} from './testing/exemplary'

/** One bad habit each, and the checks that find it: these and no others. `skip` are those that are then skipped. */
interface Mutant {
  name: string
  profile?: ProfileName
  change: (usual: Habits) => Partial<Habits>
  finds: readonly CheckId[]
}

const bodyOf = (answer: StoredAnswer) => JSON.parse(answer.body) as Record<string, unknown>
const withBody = (answer: StoredAnswer, changes: object): StoredAnswer => ({
  ...answer,
  body: JSON.stringify({ ...bodyOf(answer), ...changes }),
})
const withHeaders = (answer: StoredAnswer, changes: Record<string, string>): StoredAnswer => ({
  ...answer,
  headers: { ...answer.headers, ...changes },
})
function without(answer: StoredAnswer, ...names: string[]): StoredAnswer {
  return {
    ...answer,
    headers: Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !names.includes(name))),
  }
}

let served = 0
const MUTANTS: readonly Mutant[] = [
  {
    name: 'takes no payment',
    change: ({ charged }) => ({ charged: (...of) => ({ ...charged(...of), status: 402 }) }),
    finds: ['first-call'],
  },
  {
    name: 'gives every payment the same id',
    change: () => ({
      charged: (answer) => withHeaders(withBody(answer, { id: 'pay_1' }), { location: '/payments/pay_1' }),
    }),
    finds: ['two-keys'],
  },
  {
    name: 'renders a replay anew',
    change: ({ replay }) => ({ replay: (answer) => withBody(replay(answer), { served: ++served }) }),
    finds: ['replay-bytes'],
  },
  {
    name: 'replays with 200 what was 201',
    change: ({ replay }) => ({ replay: (answer) => ({ ...replay(answer), status: 200 }) }),
    finds: ['replay-bytes'],
  },
  {
    name: 'replays a cookie',
    change: ({ replay }) => ({
      replay: (answer) => withHeaders(replay(answer), { 'set-cookie': 'session=1' }),
    }),
    finds: ['replay-cookie'],
  },
  {
    name: 'does not mark a replay',
    change: ({ replay }) => ({ replay: (answer) => without(replay(answer), 'idempotent-replayed') }),
    finds: ['replay-marked'],
  },
  {
    name: 'marks every answer as a replay',
    change: () => ({ charged: (answer) => withHeaders(answer, { 'idempotent-replayed': 'true' }) }),
    finds: ['replay-marked'],
  },
  ...['location', 'idempotency-first-executed', 'idempotency-key-expires'].map((name) => ({
    name: `loses ${name} in a replay`,
    change: ({ replay }: Habits) => ({ replay: (answer: StoredAnswer) => without(replay(answer), name) }),
    finds: ['replay-headers'] as const,
  })),
  { name: 'compares bytes', change: () => ({ fingerprint: (body) => body }), finds: ['same-payload'] },
  {
    name: 'charges a used key with another payload',
    change: () => ({ reuse: ({ charge }) => charge() }),
    finds: ['other-payload-effect', 'other-payload-refused'],
  },
  {
    name: 'charges it, and refuses all the same',
    change: ({ reuse }) => ({ reuse: (seen) => seen.charge().then(() => reuse(seen)) }),
    finds: ['other-payload-effect'],
  },
  {
    name: 'answers a used key with another payload',
    change: ({ replay, busy }) => ({
      reuse: ({ record }) => (record.answer ? replay(record.answer) : busy(record)),
    }),
    finds: ['other-payload-refused'],
  },
  {
    name: 'refuses it with 409',
    change: ({ refusal }) => ({
      reuse: () => refusal('key-reused', 409, { retry: 'no', differs: ['/amount'] }),
    }),
    finds: ['other-payload-refused'],
  },
  {
    name: 'forgets the first request over it',
    change: ({ reuse }) => ({
      reuse: (seen) => {
        seen.forget()
        return reuse(seen)
      },
    }),
    finds: ['other-payload-first-stays'],
  },
  {
    name: 'does not name what differs',
    change: ({ refusal }) => ({ reuse: () => refusal('key-reused', 422) }),
    finds: ['other-payload-differs'],
  },
  {
    name: 'discloses the values that differ',
    change: ({ refusal }) => ({ reuse: () => refusal('key-reused', 422, { differs: ['amount: 2400'] }) }),
    finds: ['other-payload-differs'],
  },
  {
    name: 'shows the members of the first payload',
    change: ({ refusal }) => ({
      reuse: ({ record }) =>
        refusal('key-reused', 422, { differs: ['/amount'], first: JSON.parse(record.fingerprint) }),
    }),
    finds: ['other-payload-differs'],
  },
  {
    name: 'fails while the first one runs',
    change: ({ busy }) => ({ busy: (record) => without({ ...busy(record), status: 500 }, 'retry-after') }),
    finds: ['concurrent-losers'],
  },
  {
    name: 'sends no Retry-After',
    change: ({ busy }) => ({ busy: (record) => without(busy(record), 'retry-after') }),
    finds: ['concurrent-losers'],
  },
  {
    name: 'keeps a 409 as the answer',
    change: ({ busy }) => ({
      workMs: 60,
      busy: (record) => {
        record.answer = withBody(busy(record), { retry: 'no' })
        return busy(record)
      },
    }),
    finds: ['concurrent-settled', 'hang-up-answered'],
  },
  {
    name: 'forgets a key when its client has gone',
    change: () => ({ left: (_, forget) => forget() }),
    finds: ['hang-up-effect'],
  },
  {
    name: 'never ends what its client has left',
    change: () => ({
      left: (record) => {
        record.answer = null
      },
    }),
    finds: ['hang-up-answered'],
  },
  { name: 'takes keys with quotes only', change: () => ({ readKey: quotedLine }), finds: ['key-spellings'] },
  {
    name: 'takes a key without quotes for another key',
    profile: 'ietf',
    change: () => ({
      readKey: (lines) => (/^[\w-]+$/.test(lines.join()) ? `bare ${lines.join()}` : quotedLine(lines)),
    }),
    finds: ['key-spellings'],
  },
  {
    name: 'takes keys with parameters',
    change: ({ readKey }) => ({
      readKey: (lines) => readKey(lines.map((line) => line.replace(/;a=1$/, ''))),
    }),
    finds: ['key-malformed'],
  },
  {
    name: 'takes the first of two keys',
    profile: 'ietf',
    change: ({ readKey }) => ({ readKey: (lines) => readKey(lines.slice(0, 1)) }),
    finds: ['key-malformed'],
  },
  {
    name: 'takes keys of any length',
    profile: 'stripe',
    change: () => ({ readKey: ([line]) => line || null }),
    finds: ['key-malformed'],
  },
  {
    name: 'refuses long keys',
    change: ({ readKey }) => ({
      readKey: (lines) => ((lines[0]?.length ?? 0) > 200 ? undefined : readKey(lines)),
    }),
    finds: ['key-long'],
  },
  {
    name: 'cuts long keys',
    change: ({ recordId }) => ({ recordId: (account, key) => recordId(account, key.slice(0, 250)) }),
    finds: ['key-long'],
  },
  {
    name: 'refuses keys with spaces',
    change: ({ readKey }) => ({
      readKey: (lines) => (/ "?\\/.test(lines[0] ?? '') ? undefined : readKey(lines)),
    }),
    finds: ['key-any-text'],
  },
  {
    name: 'reads a key up to a space',
    change: ({ recordId }) => ({ recordId: (account, key) => recordId(account, key.split(' ')[0] ?? '') }),
    finds: ['key-any-text'],
  },
  { name: 'needs no key', change: () => ({ needsKey: false }), finds: ['key-absent'] },
  {
    name: 'refuses a request without a key, but has charged it',
    change: ({ refusal }) => ({
      needsKey: false,
      charged: (answer, key) => (key === null ? refusal('key-missing', 400) : answer),
    }),
    finds: ['key-absent'],
  },
  {
    name: 'refuses a malformed key, but has charged it',
    change: ({ readKey, refusal }) => ({
      readKey: (lines) => (readKey(lines) === undefined ? `bad ${lines.join()}` : readKey(lines)),
      charged: (answer, key) => (key?.startsWith('bad ') ? refusal('key-invalid', 400) : answer),
    }),
    finds: ['key-malformed'],
  },
  {
    name: 'executes an expired key',
    change: () => ({ expired: (charge) => charge() }),
    finds: ['key-expired'],
  },
  {
    name: 'has one drawer for all accounts',
    change: () => ({ recordId: (_, key) => key }),
    finds: ['second-account'],
  },
  {
    name: "reveals other accounts' keys",
    change: ({ refusal }) => ({ foreign: (isKnown) => (isKnown ? refusal('key-reused', 422) : null) }),
    finds: ['second-account-blind'],
  },
  {
    name: 'refuses with plain JSON',
    change: ({ refusal }) => ({
      refusal: (...of) => withHeaders(refusal(...of), { 'content-type': 'application/json' }),
    }),
    finds: ['error-form'],
  },
  {
    name: 'refuses without a status in the body',
    change: ({ refusal }) => ({ refusal: (...of) => withBody(refusal(...of), { status: 'error' }) }),
    finds: ['error-form'],
  },
  {
    name: 'refuses without a link',
    change: ({ refusal }) => ({ refusal: (...of) => without(refusal(...of), 'link') }),
    finds: ['error-linked'],
  },
  {
    name: 'refuses without advice',
    change: ({ refusal }) => ({ refusal: (...of) => withBody(refusal(...of), { safeNewKey: 'maybe' }) }),
    finds: ['error-advice'],
  },
  {
    name: 'refuses without a type',
    profile: 'stripe',
    change: () => ({ reuse: () => ({ status: 400, headers: {}, body: '{"error":"no"}' }) }),
    finds: ['error-typed'],
  },
  {
    name: 'hides its headers from browsers',
    change: () => ({
      replay: (answer) =>
        withHeaders(habitsOf('payonce').replay(answer), {
          'access-control-expose-headers': 'Link, Location',
        }),
    }),
    finds: ['headers-exposed'],
  },
]

test.concurrent.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  'a server that %s',
  async (_, { profile = 'payonce', change, finds }) => {
    const shop = await openExemplary(profile, change)
    try {
      const report = await conform({
        url: shop.url,
        profile,
        body: '{"amount":2400,"currency":"EUR","paymentMethod":"pm_card_visa","reference":"{{uuid}}"}',
        headers: { authorization: 'Bearer sk_test_first' },
        secondHeaders: { authorization: 'Bearer sk_test_second' },
        expiredKey: OLD_KEY,
        listUrl: shop.url,
      })
      expect(
        report.results
          .filter(({ outcome }) => outcome === 'fail')
          .map(({ id, evidence }) => ({ id, evidence })),
      ).toEqual(finds.map((id) => ({ id, evidence: expect.any(String) })))
    } finally {
      await shop.close()
    }
  },
  30_000,
)

test('every check is failed by some mutant, or by a naive server', () => {
  const found = new Set<CheckId>(MUTANTS.flatMap(({ finds }) => finds))
  const naive: CheckId[] = ['replay-effect', 'concurrent-effect']
  expect(CHECKS.map(({ id }) => id).filter((id) => !found.has(id) && !naive.includes(id))).toEqual([])
  const asked = new Set(Object.values(PROFILES).flatMap(({ asks }) => Object.keys(asks)))
  expect(CHECKS.filter(({ id }) => !asked.has(id))).toEqual([])
})
