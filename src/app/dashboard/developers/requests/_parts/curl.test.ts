import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CurlSource, curlOf, isKeyMasked, isMasked } from './curl'

const REQUEST: CurlSource = {
  method: 'POST',
  path: '/api/v1/payments',
  query: null,
  baseUrl: 'https://pay.example',
  requestHeaders: [
    { name: 'content-type', value: 'application/json' },
    { name: 'user-agent', value: 'shop/1.0' },
  ],
  requestBody: '{"amount":2400}',
  idempotencyKey: 'abc123',
}

/** The words that a shell reads, with `curl` replaced by a program that prints them. */
function wordsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }; uuidgen() { echo made; }; PAYONCE_API_KEY=sk_of_the_terminal\n${command}`
  return execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)
}

describe('a request as a command', () => {
  test('repeats it, with the key of the terminal', () => {
    expect(wordsOf(curlOf(REQUEST, 'same'))).toEqual([
      '-i',
      '--globoff',
      'https://pay.example/api/v1/payments',
      '-H',
      'Authorization: Bearer sk_of_the_terminal',
      '-H',
      'content-type: application/json',
      '-H',
      'Idempotency-Key: abc123',
      '--data-raw',
      '{"amount":2400}',
    ])
  })

  test('sends it under a key of its own', () => {
    expect(wordsOf(curlOf(REQUEST, 'new'))).toContain('Idempotency-Key: made')
  })

  test('reads with GET, without a body', () => {
    const read = { ...REQUEST, method: 'GET', query: 'limit=1', requestBody: null, idempotencyKey: null }
    expect(wordsOf(curlOf(read, 'same')).slice(2)).toEqual([
      'https://pay.example/api/v1/payments?limit=1',
      '-H',
      'Authorization: Bearer sk_of_the_terminal',
      '-H',
      'content-type: application/json',
    ])
  })

  test('takes a body that was not kept from a file', () => {
    expect(wordsOf(curlOf({ ...REQUEST, requestBody: null }, 'same')).slice(-2)).toEqual([
      '--data',
      '@body.json',
    ])
    expect(isMasked({ ...REQUEST, requestBody: null })).toBe(true)
    expect(isMasked({ ...REQUEST, requestBody: '{"description":"[masked]"}' })).toBe(true)
    expect(isMasked(REQUEST)).toBe(false)
  })

  test('runs nothing that a program has sent', () => {
    const hostile = `'; touch /tmp/x; echo '$(id) \`id\` "\\ \n$PAYONCE_API_KEY !! @/etc/passwd`
    const words = wordsOf(
      curlOf({ ...REQUEST, requestBody: hostile, idempotencyKey: hostile, path: `/${hostile}` }, 'same'),
    )
    const line = hostile.replaceAll('\n', ' ')
    expect(words[2]).toBe(`https://pay.example/${line}`)
    expect(words.at(-1)).toBe(line)
    expect(words).toContain(`Idempotency-Key: ${line}`)
  })

  test('gives the shell any text as it is', () => {
    const texts = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .filter((text) => !/[\p{Cc}\p{Cf}]/u.test(text))
    fc.assert(
      fc.property(texts, (text) => {
        expect(wordsOf(curlOf({ ...REQUEST, requestBody: text }, 'same')).at(-1)).toBe(text)
      }),
      { numRuns: 30 },
    )
  })
})

test.each([
  ['abc123', false],
  ['order-17', false],
  [null, false],
  ['order-17-[e-mail]', true],
  ['[secret]', true],
  ['pay [card number]', true],
  [`${'k'.repeat(319)}…`, true],
])('the key %j is one that the log has masked: %s', (idempotencyKey, masked) => {
  expect(isKeyMasked({ idempotencyKey })).toBe(masked)
})
