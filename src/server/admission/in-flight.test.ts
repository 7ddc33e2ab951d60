import { describe, expect, test } from 'vitest'
import { InFlight } from './in-flight'

describe('requests under way', () => {
  test('each caller has as many as it may, whatever the others do', () => {
    const flights = new InFlight(2)
    expect(['a', 'a', 'a', 'b'].map((who) => flights.enter(who))).toEqual([true, true, false, true])
  })

  test('one that ends makes room for one', () => {
    const flights = new InFlight(1)
    expect(flights.enter('a')).toBe(true)
    flights.leave('a')
    expect([flights.enter('a'), flights.enter('a')]).toEqual([true, false])
  })

  test('leaving too often gives nothing away', () => {
    const flights = new InFlight(1)
    flights.leave('a')
    flights.leave('a')
    expect([flights.enter('a'), flights.enter('a')]).toEqual([true, false])
  })
})
