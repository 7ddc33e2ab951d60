import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvLine, Figure, moneyCells } from './csv'
import { parseCsv } from './testing/parse-csv'

test.each<[Parameters<typeof csvLine>[0], string]>([
  [['a', null, -5n, new Date(0)], 'a,,-5,1970-01-01T00:00:00.000Z'],
  [['=1+1', '+1', '-1', '@x', '\tx'], "'=1+1,'+1,'-1,'@x,'\tx"],
  [['a "b"', 'c,d', 'e\nf'], '"a ""b""","c,d","e\nf"'],
  [['=a,b'], `"'=a,b"`],
  [[' =1+1', '＝1+1', '\n=1'], `' =1+1,'＝1+1,"'\n=1"`],
  [[new Figure('-24.00'), '-24.00'], "-24.00,'-24.00"],
])('%#: a line', (values, line) => {
  expect(csvLine(values)).toBe(`${line}\r\n`)
})

test.each([
  [-2_400n, 'EUR', '-24.00,-2400,EUR'],
  [2_400n, 'JPY', '2400,2400,JPY'],
  [5n, 'BHD', '0.005,5,BHD'],
  [9_007_199_254_740_993n, 'EUR', '90071992547409.93,9007199254740993,EUR'],
  [1n, 'XXX', ',1,XXX'],
])('%s minor units of %s are exact', (minor, currency, text) => {
  expect(csvLine(moneyCells(minor, currency))).toBe(`${text}\r\n`)
})

test.each(['=1', '1e5', '--1', '', '1,5', '1.', 'NaN'])('%j is no figure', (text) => {
  expect(() => new Figure(text)).toThrow(RangeError)
})

const SIGNS = fc.constantFrom(...'=+-@＝＋－＠\t\r\n ",;\'aé'.split(''))

test('whatever people write comes back as it was, and no cell begins as a formula', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: SIGNS }), { minLength: 1, maxLength: 4 }), (texts) => {
      const [read = []] = parseCsv(csvLine(['x', ...texts]))
      expect(read.slice(1).map((cell, index) => (cell === texts[index] ? cell : cell.slice(1)))).toEqual(
        texts,
      )
      for (const cell of read) expect(cell).not.toMatch(/^\s*[=+\-@＝＋－＠]/)
    }),
  )
})
