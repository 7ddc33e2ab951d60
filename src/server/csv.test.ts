import { expect, test } from 'vitest'
import { csvLine } from './csv'

test.each<[Parameters<typeof csvLine>[0], string]>([
  [['a', null, -5n, new Date(0)], 'a,,-5,1970-01-01T00:00:00.000Z'],
  [['=1+1', '+1', '-1', '@x', '\tx'], "'=1+1,'+1,'-1,'@x,'\tx"],
  [['a "b"', 'c,d', 'e\nf'], '"a ""b""","c,d","e\nf"'],
  [['=a,b'], `"'=a,b"`],
])('%#: a line', (values, line) => {
  expect(csvLine(values)).toBe(`${line}\r\n`)
})
