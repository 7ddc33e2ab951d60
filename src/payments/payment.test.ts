import { describe, expect, test } from 'vitest'
import { LIVE, MOVES, mayMove, origins, type PaymentStatus } from './payment'

const STATUSES = Object.keys(MOVES) as PaymentStatus[]
const FINAL: PaymentStatus[] = ['succeeded', 'declined', 'not_charged']

describe('the moves of a payment', () => {
  test('a final one never moves again', () => {
    for (const from of FINAL)
      for (const to of STATUSES) expect(mayMove(from, to), `${from} → ${to}`).toBe(false)
  })

  test('any other may end in each final way', () => {
    for (const from of STATUSES.filter((status) => !FINAL.includes(status)))
      for (const to of FINAL) expect(mayMove(from, to), `${from} → ${to}`).toBe(true)
  })

  test('W2 none goes back to where it was before the bank was asked, but a doubt that is asked again', () => {
    expect(STATUSES.filter((from) => mayMove(from, 'sending'))).toEqual(['unknown'])
  })

  test('what holds an order is what may still cost money, or has', () => {
    expect([...LIVE].sort()).toEqual(
      STATUSES.filter((status) => status !== 'declined' && status !== 'not_charged').sort(),
    )
  })

  test.each<[PaymentStatus, PaymentStatus[]]>([
    ['sending', ['sending', 'unknown']],
    ['unknown', ['requires_action', 'sending', 'unknown']],
    ['requires_action', ['requires_action', 'sending', 'unknown']],
    ['succeeded', ['requires_action', 'sending', 'unknown']],
    ['declined', ['requires_action', 'sending', 'unknown']],
    ['not_charged', ['requires_action', 'sending', 'unknown']],
  ])('%s is reached from %j: from itself where it is not final, never from a final one', (to, from) => {
    expect(origins(to).sort()).toEqual(from)
  })
})
