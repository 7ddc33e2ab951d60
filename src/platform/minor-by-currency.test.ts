import { expect, test } from 'vitest'
import { readSetupEnv } from './env'
import { minorByCurrency } from './minor-by-currency'

const read = (text: string | undefined) => minorByCurrency(500).safeParse(text)

test.each<[string | undefined, object]>([
  [undefined, { other: 500, byCurrency: {} }],
  ['10000', { other: 10_000, byCurrency: {} }],
  ['0', { other: 0, byCurrency: {} }],
  ['10000,JPY=15000, KWD=30000', { other: 10_000, byCurrency: { JPY: 15_000, KWD: 30_000 } }],
  ['1000000000000', { other: 1_000_000_000_000, byCurrency: {} }],
])('%s is read', (text, amounts) => {
  expect(read(text).data).toEqual(amounts)
})

test.each([
  '',
  '-1',
  '1.5',
  '1e9',
  ' ',
  'Infinity',
  '0x10',
  'EUR=100',
  '100,EUR',
  '100,EUR=',
  '100,XXX=5',
  '100,eur=5',
  '100,toString=5',
  '100,EUR=5=6',
  '100,',
  '1000000000001',
  '99999999999999999999',
])('a limit that cannot be meant is refused, never read as none: %s', (text) => {
  expect(read(text).success).toBe(false)
})

test('the installation does not start with such a limit', () => {
  expect(() => readSetupEnv({ PAYONCE_SUPPORT_REFUND_LIMIT_MINOR: 'no limit' })).toThrow(
    /PAYONCE_SUPPORT_REFUND_LIMIT_MINOR/,
  )
})
