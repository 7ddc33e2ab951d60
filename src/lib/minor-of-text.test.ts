import { expect, test } from 'vitest'
import { minorOfText, textOfMinor } from './minor-of-text'

test.each<[string, string, number]>([
  ['24', 'EUR', 2400],
  ['24.5', 'EUR', 2450],
  [' 24,50 ', 'EUR', 2450],
  ['0.01', 'EUR', 1],
  ['2400', 'JPY', 2400],
  ['1.234', 'KWD', 1234],
  ['999999999999', 'JPY', 999_999_999_999],
])('%s %s is %i', (text, currency, minor) => {
  expect(minorOfText(text, currency)).toBe(minor)
})

test.each<[string, string]>([
  ['', 'EUR'],
  ['-1', 'EUR'],
  ['1e3', 'EUR'],
  ['1,000', 'EUR'],
  ['1.000', 'EUR'],
  ['1,000', 'KWD'],
  ['1,000.00', 'EUR'],
  ['24.005', 'EUR'],
  ['24.5', 'JPY'],
  ['.5', 'EUR'],
  ['€24', 'EUR'],
  ['٢٤', 'EUR'],
  ['24', 'XXX'],
  ['1234567890123', 'EUR'],
])('%s %s is no amount', (text, currency) => {
  expect(minorOfText(text, currency)).toBeNull()
})

test.each<[number, string]>([
  [2400, 'EUR'],
  [1, 'EUR'],
  [2400, 'JPY'],
])('%i %s is shown as it can be typed', (minor, currency) => {
  expect(minorOfText(textOfMinor(minor, currency), currency)).toBe(minor)
})
