import { expect, test } from 'vitest'
import { readAmountText } from './amount-text'

const inCurrencies = (text: string, ...currencies: string[]) =>
  readAmountText(text)
    .filter(({ currency }) => currencies.length === 0 || currencies.includes(currency))
    .map(({ currency, minor }) => `${currency} ${minor}`)

test.each([
  ['€24.50', ['EUR 2450']],
  ['24,50 EUR', ['EUR 2450']],
  ['eur 24.5', ['EUR 2450']],
  ['24,50€', ['EUR 2450']],
  ['¥1,234', ['CNY 123400', 'JPY 1234']],
  ['JPY 1234', ['JPY 1234']],
  ['1.234,50 €', ['EUR 123450']],
  ['1 234,50 €', ['EUR 123450']],
  ['€1,234,567.89', ['EUR 123456789']],
  ['BHD 1,234', ['BHD 1234', 'BHD 1234000']],
  ['CA$10', ['CAD 1000']],
  ['€0.01', ['EUR 1']],
])('%s is read as %j', (text, readings) => {
  expect(inCurrencies(text).sort()).toEqual(readings)
})

test('a number without a currency may be of any that has as many decimals', () => {
  expect(inCurrencies('24.50', 'EUR', 'JPY', 'BHD')).toEqual(['BHD 24500', 'EUR 2450'])
  expect(inCurrencies('24', 'EUR', 'JPY', 'BHD')).toEqual(['BHD 24000', 'EUR 2400', 'JPY 24'])
  expect(inCurrencies('$5', 'USD', 'CAD', 'EUR')).toEqual(['CAD 500', 'USD 500'])
})

test.each([
  '',
  ' ',
  'EUR',
  '€',
  'pay_1',
  '24.5.0',
  '1.2.3',
  '12.3456',
  'JPY 24.50',
  '0',
  '€0.00',
  '-5',
  '24 € EUR',
  'abc 12 def',
  '1,23,456.00',
  '12345678901234567',
  '٢٤',
])('%j is no amount', (text) => {
  expect(readAmountText(text)).toEqual([])
})
