import { describe, expect, test } from 'vitest'
import { LIVE, MOVES, mayMove, origins, type PaymentStatus } from './payment'

const STATUSES = Object.keys(MOVES) as PaymentStatus[]
const FINAL: PaymentStatus[] = ['succeeded', 'declined', 'not_charged', 'voided']

describe('the moves of a payment', () => {
  test('a final one never moves again', () => {
    for (const from of FINAL)
      for (const to of STATUSES) expect(mayMove(from, to), `${from} → ${to}`).toBe(false)
  })

  test('one of which the bank is asked whether it charges may end in each way but voided', () => {
    for (const from of ['sending', 'unknown', 'requires_action'] as const)
      for (const to of FINAL) expect(mayMove(from, to), `${from} → ${to}`).toBe(to !== 'voided')
  })

  test('an authorised one is captured or voided, and nothing else', () => {
    expect(MOVES.authorised).toEqual(['succeeded', 'voided'])
  })

  test('W2 none goes back to where it was before the bank was asked, but a doubt that is asked again', () => {
    expect(STATUSES.filter((from) => mayMove(from, 'sending'))).toEqual(['unknown'])
  })

  test('what holds an order is what may still cost money, or has', () => {
    expect([...LIVE].sort()).toEqual(
      STATUSES.filter((status) => !['declined', 'not_charged', 'voided'].includes(status)).sort(),
    )
  })

  test.each<[PaymentStatus, PaymentStatus[]]>([
    ['sending', ['sending', 'unknown']],
    ['unknown', ['requires_action', 'sending', 'unknown']],
    ['requires_action', ['requires_action', 'sending', 'unknown']],
    ['authorised', ['requires_action', 'sending', 'unknown']],
    ['succeeded', ['authorised', 'requires_action', 'sending', 'unknown']],
    ['voided', ['authorised']],
    ['declined', ['requires_action', 'sending', 'unknown']],
    ['not_charged', ['requires_action', 'sending', 'unknown']],
  ])('%s is reached from %j: from itself where it is in doubt, never from a final one', (to, from) => {
    expect(origins(to).sort()).toEqual(from)
  })
})
