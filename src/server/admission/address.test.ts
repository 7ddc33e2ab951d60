import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressOf } from './address'

test.each<[string, string | undefined, number, string]>([
  ['no proxy: the socket', undefined, 0, '10.0.0.9'],
  ['no proxy: what the client claims is worth nothing', '1.2.3.4', 0, '10.0.0.9'],
  ['one proxy: what it saw', '1.2.3.4', 1, '1.2.3.4'],
  ['one proxy: what the client wrote before it is worth nothing', '9.9.9.9, 1.2.3.4', 1, '1.2.3.4'],
  ['two proxies', '9.9.9.9, 1.2.3.4, 10.0.0.1', 2, '1.2.3.4'],
  [
    'two proxies, and the client claims to be three more',
    '9.9.9.9,8.8.8.8, 7.7.7.7, 1.2.3.4, 10.0.0.1',
    2,
    '1.2.3.4',
  ],
  ['fewer places than proxies: the socket', '1.2.3.4', 2, '10.0.0.9'],
  ['an empty header', ' , ', 1, '10.0.0.9'],
  ['no header', undefined, 1, '10.0.0.9'],
  ['a word where an address should be: the socket', 'unknown', 1, '10.0.0.9'],
  ['a place of any length: the socket', 'x'.repeat(10_000), 1, '10.0.0.9'],
  ['a port is no part of it', '1.2.3.4:5678', 1, '1.2.3.4'],
])('%s', (_, forwarded, hops, address) => {
  expect(addressOf('10.0.0.9', forwarded, hops)).toBe(address)
})

test('a socket that is gone has a name too', () => {
  expect(addressOf(undefined, undefined, 0)).toBe('unknown')
})

test.each([
  ['::ffff:10.0.0.9', '10.0.0.9'],
  ['::FFFF:10.0.0.9', '10.0.0.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::7', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:3:4:192.0.2.1', '2001:db8:1:2::/64'],
  ['1::2:3:4:5:192.0.2.1', '1:0:2:3::/64'],
  ['::1', '::1'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['1:2:3::5:6:7:8', '1:2:3:0::/64'],
])('%s counts as %s', (socket, counted) => {
  expect(addressOf(socket, undefined, 0)).toBe(counted)
})

test('a port after an IPv6 address is no part of it', () => {
  expect(addressOf('10.0.0.9', '[2001:db8:1:2::7]:443', 1)).toBe('2001:db8:1:2::/64')
})

test('all of one household are one caller, and two households are two', () => {
  const group = fc.nat(0xffff).map((value) => value.toString(16))
  const four = fc.tuple(group, group, group, group).map((groups) => groups.join(':'))
  fc.assert(
    fc.property(four, four, four, four, (home, other, one, two) => {
      const counted = (address: string) => addressOf(address, undefined, 0)
      expect(counted(`${home}:${one}`)).toBe(counted(`${home}:${two}`))
      if (home !== other) expect(counted(`${home}:${one}`)).not.toBe(counted(`${other}:${one}`))
    }),
  )
})

test('whatever a header says, what is counted by is short enough for its column', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2_000 }), fc.integer({ min: 0, max: 10 }), (forwarded, hops) => {
      expect(addressOf('10.0.0.9', forwarded, hops).length).toBeLessThan(64)
    }),
  )
})
