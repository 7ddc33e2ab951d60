import { PROBLEMS } from '@payonce/idempotency/problems'
import { createTranslator } from 'use-intl/core'
import { describe, expect, test } from 'vitest'
import { LANGUAGES } from '@/i18n/locale'
import { MESSAGES } from '@/i18n/messages'
import { everyRow, type Language, overclaims, type PaymentTruth } from '../testing/claims'
import { endMessageOf } from './end-messages'

/*
 * The checkout's sentences, by the state that shows them, against every payment that may stand behind that state. The page knows less than the
 * dashboard: not what the bank's list says, so a paid order may have been charged twice, and a payment in doubt charged or not.
 */

type Shown = { status: readonly PaymentTruth['status'][]; more?: (row: PaymentTruth) => boolean }

const IN_DOUBT: Shown = { status: ['sending', 'unknown', 'requires_action'] }
const PAID: Shown = { status: ['succeeded'], more: ({ charges }) => charges > 0 }
/** The server's word that this payment charged nothing: its bank said so, or it was never begun. Then no list says otherwise yet. */
const NOTHING: Shown = { status: ['declined', 'not_charged'], more: ({ charges }) => charges === 0 }
const ASKED_FIRST: Shown = { status: ['requires_action'], more: ({ charges }) => charges === 0 }
const AUTHORISED: Shown = { status: ['authorised'] }
const ANY: Shown = {
  status: [
    'sending',
    'unknown',
    'requires_action',
    'authorised',
    'succeeded',
    'declined',
    'not_charged',
    'voided',
  ],
}

/** Each sentence of the checkout about money, and what may stand behind it. */
const SHOWN: Record<string, Shown> = {
  once: ANY,
  'status.sending': IN_DOUBT,
  'status.slow': IN_DOUBT,
  'status.slower': IN_DOUBT,
  'status.checking': IN_DOUBT,
  // A pause without a doubt: every send so far was answered with "not begun".
  'status.outage': NOTHING,
  'working.title': IN_DOUBT,
  'working.body': { ...IN_DOUBT, more: ({ parked }) => !parked },
  'checking.title': IN_DOUBT,
  'checking.body': { ...IN_DOUBT, more: ({ parked }) => !parked },
  'checking.close': IN_DOUBT,
  'acting.title': ASKED_FIRST,
  'acting.body': ASKED_FIRST,
  'paid.title': PAID,
  'paid.body': PAID,
  'paid.already': PAID,
  'paid.once': PAID,
  'paid.onceAt': PAID,
  'elsewhere.open': ANY,
  'elsewhere.openBody': ANY,
  'elsewhere.paying': IN_DOUBT,
  'elsewhere.silent': ANY,
  // No payment holds the order: all that were tried have ended, without a charge.
  'orderEnded.cancelled.title': NOTHING,
  'orderEnded.cancelled.body': NOTHING,
  'orderEnded.expired.title': NOTHING,
  'orderEnded.expired.body': NOTHING,
  'authorised.title': AUTHORISED,
  'authorised.body': AUTHORISED,
  'noCards.title': ANY,
  'noCards.body': ANY,
  'notLoaded.title': ANY,
  'notLoaded.calm': ANY,
  'notLoaded.sent': ANY,
}

function translator(language: Language) {
  const t = createTranslator({
    locale: LANGUAGES[language].tag,
    messages: MESSAGES[language] as never,
    namespace: 'checkout' as never,
  })
  const same = (text: string) => text
  const tags = { money: same, name: same, time: () => '24 Nov 2026', code: same }
  return (key: string) =>
    t.markup(key as never, { amount: '€24.00', merchant: 'Zoë', minutes: 2, ...tags } as never)
}

function overclaimsOf(language: Language, key: string, { status, more = () => true }: Shown): string[] {
  const text = translator(language)(key)
  return everyRow()
    .filter((row) => status.includes(row.status) && more(row))
    .flatMap((row) => overclaims(language, text, row).map((why) => `${key}: ${why}`))
}

describe.each(['en', 'ar'] as const)('the checkout in %s', (language) => {
  test.each(Object.entries(SHOWN))('%s says no more than is known', (key, shown) => {
    expect([...new Set(overclaimsOf(language, key, shown))]).toEqual([])
  })

  const ends = Object.keys(MESSAGES.en.checkout.end).filter((name) => name !== 'reload')
  test.each(ends)('the end %s says no more than the server’s word: this payment charged nothing', (name) => {
    const wrong = ['title', 'body'].flatMap((part) => overclaimsOf(language, `end.${name}.${part}`, NOTHING))
    expect([...new Set(wrong)]).toEqual([])
  })
})

test('every sentence of the checkout that speaks of money is in this table', () => {
  const leaves = (of: object, path = ''): [string, string][] =>
    Object.entries(of).flatMap(([key, value]) =>
      typeof value === 'string'
        ? [[`${path}${key}`, value] as [string, string]]
        : leaves(value, `${path}${key}.`),
    )
  const speaks = leaves(MESSAGES.en.checkout)
    .filter(([, text]) => /\b(charg|refund|paid\b)/i.test(text))
    .map(([key]) => key)
    .filter((key) => !/^(end|testCard|documentTitle)\./.test(key))
  expect(speaks.filter((key) => !(key in SHOWN))).toEqual([])
})

test('a problem that leaves the outcome open is never the end of an attempt that says "Nothing was charged"', () => {
  for (const [kind, { safeNewKey, retry }] of Object.entries(PROBLEMS)) {
    const open = !safeNewKey || retry === 'poll'
    const { name } = endMessageOf({ kind, retry, safeNewKey })
    // The machine asks for the status instead (`reactionTo` in src/idempotency/client/attempt.ts): such a problem has no text of its own.
    if (open && !['same-key', 'no'].includes(retry)) expect([kind, name]).toEqual([kind, 'other'])
  }
})
