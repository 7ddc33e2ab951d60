import { expect, test } from 'vitest'
import { addressOf } from './address'

test.each<[string, string | undefined, number, string]>([
  ['no proxy: the socket', undefined, 0, '10.0.0.9'],
  ['no proxy: what the client claims is worth nothing', '1.2.3.4', 0, '10.0.0.9'],
  ['one proxy: what it saw', '1.2.3.4', 1, '1.2.3.4'],
  ['one proxy: what the client wrote before it is worth nothing', 'spoofed, 1.2.3.4', 1, '1.2.3.4'],
  ['two proxies', 'spoofed, 1.2.3.4, 10.0.0.1', 2, '1.2.3.4'],
  ['fewer places than proxies: the socket', '1.2.3.4', 2, '10.0.0.9'],
  ['an empty header', ' , ', 1, '10.0.0.9'],
  ['no header', undefined, 1, '10.0.0.9'],
])('%s', (_, forwarded, hops, address) => {
  expect(addressOf('10.0.0.9', forwarded, hops)).toBe(address)
})

test('a socket that is gone has a name too', () => {
  expect(addressOf(undefined, undefined, 0)).toBe('unknown')
})
