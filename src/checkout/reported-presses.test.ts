import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextReport, REPORTED_PRESSES_MAX } from './reported-presses'

test('counts what is left of fifty, and then nothing', () => {
  expect(nextReport('record', 0, 15)?.presses).toBe(15)
  expect(nextReport('record', 45, 15)?.presses).toBe(5)
  expect(nextReport('record', 50, 1)).toBeNull()
  expect(nextReport('record', 60, 1)).toBeNull()
})

test('its id follows from the record and the presses before, and is a UUID', () => {
  const id = nextReport('record', 0, 1)?.id
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(nextReport('record', 0, 7)?.id).toBe(id)
  expect(nextReport('record', 1, 1)?.id).not.toBe(id)
  expect(nextReport('another record', 0, 1)?.id).not.toBe(id)
})

/** A table whose key is the id, and writers that read it, then write, in any order. */
test('whatever writers interleave, a record never gets more than fifty', () => {
  const write = fc.record({ presses: fc.integer({ min: 1, max: 10_000 }), stale: fc.nat(5) })
  fc.assert(
    fc.property(fc.array(write, { maxLength: 60 }), (writes) => {
      const rows = new Map<string, number>()
      const sums = [0]
      for (const { presses, stale } of writes) {
        // What this writer read: the sum of now, or one of up to five writes ago.
        const seen = sums.at(Math.max(-sums.length, -1 - stale)) as number
        const report = nextReport('record', seen, presses)
        if (report && !rows.has(report.id)) rows.set(report.id, report.presses)
        sums.push([...rows.values()].reduce((sum, row) => sum + row, 0))
      }
      expect(sums.at(-1)).toBeLessThanOrEqual(REPORTED_PRESSES_MAX)
    }),
  )
})
