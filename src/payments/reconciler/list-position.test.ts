import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ListPosition, nextPosition } from './list-position'

const at = (iso: string) => new Date(`2026-11-24T${iso}Z`)
const chargeAt = (iso: string) => ({
  ref: 'c',
  key: 'k',
  amountMinor: 1n,
  currency: 'EUR',
  refundedMinor: 0n,
  at: at(iso),
})
const page = (times: string[], next: string | null) => ({
  kind: 'page' as const,
  charges: times.map(chargeAt),
  next,
})
const PLACE: ListPosition = { since: at('10:00:00'), after: 'x', lastChargeAt: at('11:00:00') }

describe('where reading goes on', () => {
  test.each<[string, string[], string | null, ListPosition]>([
    [
      'further in the walk',
      ['11:30:00'],
      'y',
      { since: at('10:00:00'), after: 'y', lastChargeAt: at('11:30:00') },
    ],
    [
      'an old page does not turn time back',
      ['10:30:00'],
      'y',
      { since: at('10:00:00'), after: 'y', lastChargeAt: at('11:00:00') },
    ],
    [
      'the end: the next walk begins five minutes before the newest',
      ['11:30:00'],
      null,
      { since: at('11:25:00'), after: null, lastChargeAt: at('11:30:00') },
    ],
    [
      'a charge dated ahead moves nothing, and ends the walk before it',
      ['11:30:00', '12:00:01'],
      'y',
      { since: at('11:25:00'), after: null, lastChargeAt: at('11:30:00') },
    ],
    [
      'nothing but charges dated ahead',
      ['12:00:01'],
      null,
      { since: at('10:55:00'), after: null, lastChargeAt: at('11:00:00') },
    ],
    ['an empty end', [], null, { since: at('10:55:00'), after: null, lastChargeAt: at('11:00:00') }],
  ])('%s', (_, times, next, expected) => {
    expect(nextPosition(PLACE, page(times, next), at('12:00:00'))).toEqual(expected)
  })

  test('a bank without any charge stays at the beginning', () => {
    const beginning = { since: new Date(0), after: null, lastChargeAt: new Date(0) }
    expect(nextPosition(beginning, page([], null), at('12:00:00'))).toEqual(beginning)
  })

  test('no walk ever begins after the newest charge that was read, or after the hour of reading', () => {
    const now = new Date('2050-01-01')
    const times = fc.array(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), {
      maxLength: 5,
    })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(times, fc.option(fc.string({ minLength: 1 }), { nil: null }))),
        (pages) => {
          let place: ListPosition = { since: new Date(0), after: null, lastChargeAt: new Date(0) }
          let newest = 0
          for (const [read, next] of pages) {
            const charges = read.map((when) => ({ ...chargeAt('00:00:00'), at: when }))
            place = nextPosition(place, { charges, next }, now)
            const past = read.filter((when) => when <= now)
            newest = Math.max(newest, ...past.map((when) => when.getTime()))
            expect(place.lastChargeAt.getTime()).toBe(newest)
            expect(place.since.getTime()).toBeLessThanOrEqual(newest)
            if (past.length < read.length) expect(place.after, 'no cursor ahead of the clock').toBe(null)
          }
        },
      ),
    )
  })
})
