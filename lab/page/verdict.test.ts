import { expect, test } from 'vitest'
import { type Evidence, naiveVerdictOf, verdictOf } from './verdict'

const ONE = { requests: 2, executions: 1, charges: 1, postings: 1, differenceMinor: 0 }
const held: Evidence = {
  counts: ONE,
  wrong: [],
  struck: true,
  parked: false,
  quiet: true,
  stopped: false,
}
const kindOf = (changes: Partial<Evidence>) => verdictOf({ ...held, ...changes }).kind

test('held is only what struck, ended, and added up', () => {
  expect(kindOf({})).toBe('held')
  expect(kindOf({ counts: { ...ONE, charges: 0, postings: 0 } })).toBe('held')
  expect(kindOf({ struck: false })).toBe('missed')
  expect(kindOf({ quiet: false })).toBe('unsettled')
  expect(kindOf({ stopped: true })).toBe('stopped')
})

test('a second charge, a missing posting and a broken law are broken, whether the accident struck or not', () => {
  for (const struck of [true, false]) {
    expect(kindOf({ struck, counts: { ...ONE, charges: 2, differenceMinor: 2_400 } })).toBe('broken')
    expect(kindOf({ struck, counts: { ...ONE, postings: 0, differenceMinor: 2_400 } })).toBe('broken')
    expect(kindOf({ struck, counts: { ...ONE, differenceMinor: 1 } })).toBe('broken')
    expect(kindOf({ struck, wrong: ['I5: two answers to one key'] })).toBe('broken')
  }
})

test('a charge that is still in doubt is not called broken, but a broken law is', () => {
  const doubt = { quiet: false, counts: { ...ONE, postings: 0, differenceMinor: 2_400 } }
  expect(kindOf(doubt)).toBe('unsettled')
  expect(kindOf({ ...doubt, wrong: ['I1: pay_1'] })).toBe('broken')
})

test('what is parked for a person may differ from the bank, and is not called held', () => {
  const parked = { parked: true, counts: { ...ONE, postings: 0, differenceMinor: 2_401 } }
  expect(kindOf(parked)).toBe('parked')
  expect(kindOf({ ...parked, struck: false })).toBe('missed')
})

test('the naive handler is held where the money adds up, and broken where it does not', () => {
  const { wrong: _wrong, parked: _parked, ...naive } = held
  expect(naiveVerdictOf(naive).kind).toBe('held')
  expect(naiveVerdictOf({ ...naive, counts: { ...ONE, charges: 2, differenceMinor: 2_400 } })).toEqual({
    kind: 'broken',
    reasons: ['charges: 2, postings: 1', 'the bank holds 24.00 EUR more than the books say'],
  })
})
