import { describe, expect, test } from 'vitest'
import type { ChargeOutcome } from '../charge'
import { contradicts } from './confirm'
import { chargeOf, type Ending, endingsOf } from './endings'

const charge = (changes = {}) => ({ ref: 'ch_1', amount: '2400', refunded: '0', currency: 'EUR', ...changes })
const facts = (...charges: ReturnType<typeof charge>[]) => ({
  amount: '2400',
  currency: 'EUR',
  reason: 'silent',
  since: '2026-11-27T08:00:00.000000Z',
  turn: 2,
  charges,
})

describe('which ends are safe', () => {
  test.each<[string, ReturnType<typeof facts>, Ending[]]>([
    ['the bank’s list shows nothing: a statement decides', facts(), ['charged', 'not-charged']],
    ['it shows the very charge', facts(charge()), ['charged', 'return']],
    ['of another amount', facts(charge({ amount: '2401' })), ['return']],
    ['in another currency', facts(charge({ currency: 'USD' })), ['return']],
    ['given back in part', facts(charge({ refunded: '1' })), ['return']],
    ['two charges', facts(charge(), charge({ ref: 'ch_2' })), ['return']],
  ])('of a payment, where %s', (_, known, ends) => {
    expect(endingsOf({ kind: 'payment', facts: known })).toEqual(ends)
    expect(chargeOf(known)).toBe(ends.includes('return') && ends.includes('charged') ? 'ch_1' : null)
  })
})

describe('the bank’s last word before an end counts', () => {
  const approved: ChargeOutcome = { kind: 'approved', ref: 'ch_1', cardLabel: 'Visa', feeMinor: 0n }
  const rows: [ChargeOutcome, Record<'charged' | 'not-charged' | 'return', boolean>][] = [
    [approved, { charged: true, 'not-charged': false, return: true }],
    [
      { ...approved, ref: 'ch_2' },
      { charged: false, 'not-charged': false, return: true },
    ],
    [{ kind: 'not-charged' }, { charged: false, 'not-charged': true, return: false }],
    [
      { kind: 'declined', code: 'card_declined', cardLabel: 'Visa' },
      { charged: false, 'not-charged': true, return: false },
    ],
    [
      { kind: 'challenge', actionUrl: 'https://bank.example/' },
      { charged: false, 'not-charged': false, return: false },
    ],
    [
      { kind: 'unknown', reason: 'silent' },
      { charged: true, 'not-charged': true, return: true },
    ],
    [
      { kind: 'contradiction', reason: 'forgotten' },
      { charged: true, 'not-charged': true, return: true },
    ],
    [
      { kind: 'contradiction', reason: 'another amount', charged: true },
      { charged: true, 'not-charged': false, return: true },
    ],
  ]
  test.each(rows)('%o', (outcome, allowed) => {
    for (const [ending, safe] of Object.entries(allowed))
      expect([ending, contradicts({ ending: ending as Ending, bankRef: 'ch_1' }, outcome) === null]).toEqual([
        ending,
        safe,
      ])
  })
})
