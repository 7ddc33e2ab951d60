import { execFileSync } from 'node:child_process'
import { readKey } from '@payonce/idempotency/http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyStateCommand, PAYMENT_BODY, payCommand } from './curl-commands'

const URL = 'http://localhost:3000'
const KEYS = ['abc123', "it's", 'a "b" \\c', '$(id) `id` !', 'a/b?c#d&e', '100%']

/** The arguments that a shell gives to curl, which is not run. */
function argumentsOf(command: string): string[] {
  const print = `curl() { printf '%s\\0' "$@"; }; KEY=sk_test_x; ${command}`
  return execFileSync('bash', ['-c', print], { encoding: 'utf8' }).split('\0').slice(0, -1)
}

test.each(KEYS)('pays under the key %s, whatever a shell and a header make of its letters', (key) => {
  const given = argumentsOf(payCommand(URL, key, PAYMENT_BODY))
  const header = given.find((text) => text.startsWith('Idempotency-Key: '))
  expect(readKey(header?.slice('Idempotency-Key: '.length))).toEqual({ key })
  expect(given).toContain('Authorization: Bearer sk_test_x')
  expect(JSON.parse(given.at(-1) ?? '')).toEqual({
    amount: 2400,
    currency: 'EUR',
    paymentMethod: 'pm_card_visa',
  })
})

test.each(KEYS)('asks for the state of the key %s', (key) => {
  const address = argumentsOf(keyStateCommand(URL, key)).find((text) => text.startsWith(URL)) ?? ''
  expect(decodeURIComponent(address.slice(address.lastIndexOf('/') + 1))).toBe(key)
})

test('a header is read back as the key that it was made of', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 }), (key) => {
      const command = payCommand(URL, key, PAYMENT_BODY).replaceAll("'\\''", "'")
      const header = /-H 'Idempotency-Key: (.*)' \\\n {2}-w/s.exec(command)?.[1]
      expect(readKey(header)).toEqual({ key })
    }),
  )
})
