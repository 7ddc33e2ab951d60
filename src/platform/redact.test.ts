import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newToken } from '@/access/token'
import { showId, uuidv7 } from '@/lib/id'
import { cleanLine, REMOVED, redact } from './redact'

const UUID = '018f3c5e-1234-7234-8567-890123456789'

describe('a text for the log', () => {
  it.each([
    ['an API key', newToken('test'), 'the key {} was refused'],
    ['a live API key in an address', newToken('live'), 'GET /api/v1/payments?q={}'],
    ['a webhook secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'signed with {}.'],
    ['a bearer', 'abcd1234', 'Authorization: Bearer {}'],
    ['a session cookie', 'aZ09aZ09aZ09.sig%2Bnature', 'payonce.session_token={}; Path=/'],
    ['a guest’s cookie', 'Zm9vYmFyYmF6cXV4.c2ln', 'cookie was payonce_shopper={}'],
    ['a cookie header', 'anything=at all; b=c', 'Cookie: {}'],
    ['a receipt', 'b3RoZXItdG9rZW4tb2YtYS1yZWNlaXB0', '/receipt/{} not found'],
    ['a key in the address of its state', 'order-17', 'GET /api/v1/idempotency/payments.create/{}'],
    ['a password', 'correct horse', 'sign-in with {"email":"a","password":"{}"} failed'],
    ['a token in an address', 'x9', '/api/auth/verify-email?token={}&callbackURL=/'],
    ['a lease token', UUID, 'leaseToken={} is lost'],
    ['an idempotency key', 'order 17', 'Idempotency-Key: "{}"'],
    ['a key as Prisma prints it', 'order-17', 'create: { key: "{}", operation: "pay" }'],
    [
      'a database URL',
      'postgresql://app:hunter2@db.example:5432/payonce?sslmode=verify-full',
      'no route to {}',
    ],
    ['a mail server', 'alerts:hunter2', 'no route to smtps://{}@mail.example:465'],
    ['another address with a password', 'someone:hunter2', 'https://{}@bank.example/charges'],
    ['an e-mail address', 'mia.o+x@shop.example', 'no operator {} here'],
    ['an e-mail address in another script', 'мария@пример.рф', 'no operator {}'],
    ['a card number', '4242424242424242', 'card {} refused'],
    ['a card number in groups', '4000 0000 0000 0002', 'card {}.'],
    ['a card number with odd separators', '4242\u200b4242.4242/4242', 'x{}'],
    ['a card number after letters', '378282246310005', 'PAN{}'],
    ['a card number in full width', '４２４２４２４２４２４２４２４２', 'card {}'],
    ['the values of a unique key', 'mer, order-17', 'Key (merchant_id, key)=({}) already exists.'],
    ['a row', '1, secret words, 2', 'Failing row contains ({}).'],
    ['a value that does not parse', 'hello world', 'invalid input syntax for type uuid: "{}"'],
    ['a parameter', "'hello'", 'CONTEXT: unnamed portal parameter $1 = {}'],
    ['a random word', 'q8Zr2Lk0VbN4xT7mWc1YsE9d', 'the code {} is over'],
  ])('has no secret: %s', (_, secret, sentence) => {
    const clean = redact(sentence.replace('{}', secret))
    expect(clean).not.toContain(secret)
    expect(clean).toContain(REMOVED)
  })

  it('has none of the arguments that Prisma prints', () => {
    const text = [
      '\nInvalid `client.attempt.createMany()` invocation in\n/app/dist/main.js:10:4\n',
      '  10 const data = rows',
      '→ 11 await client.attempt.createMany({\n  data: [\n    {\n      worker: "secret words"',
      '    }\n  ]\n})\n\nUnique constraint failed on the fields: (`merchant_id`)',
      '    at attempt (/app/dist/main.js:10:4)',
    ].join('\n')
    const clean = redact(text)
    expect(clean).not.toContain('secret words')
    expect(clean).toContain('Unique constraint failed')
    expect(clean).toContain('at attempt (/app/dist/main.js:10:4)')
  })

  it.each([
    `payment ${showId('pay', uuidv7())} of ${showId('ord', uuidv7())}`,
    `request ${uuidv7()} failed`,
    'GET /api/v1/payments?limit=10 took 12 ms on 2026-11-26T11:28:32.123Z',
    'amount 9007199254740991, at 1795692512000',
    '    at withAVeryLongFunctionNameThatHas1Digit (/app/dist/main.js:10:4)',
    'hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'connect ECONNREFUSED 127.0.0.1:5432',
  ])('keeps what a person needs: %s', (text) => expect(redact(text)).toBe(text))

  it('keeps our ids, whatever digits they have', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(redact(`id ${uuid} ${showId('pay', uuid)}`)).toBe(`id ${uuid} ${showId('pay', uuid)}`)
      }),
    )
  })

  it('is cut where it is very long, and is read in no more than its length', () => {
    const began = performance.now()
    for (const piece of ['a', '4', '4 ', 'a@', 'a.', 'token=', 'Key (', '://', '\n at ', 'aB3', '"'])
      expect(redact(piece.repeat(200_000)).length).toBeLessThan(17_000)
    // 11 texts of 64 KiB: a pattern that reads one of them again and again takes minutes.
    expect(performance.now() - began).toBeLessThan(20_000)
  })
})

describe('a line of the log', () => {
  it('hides the value of a field by its name', () => {
    const facts = {
      requestId: UUID,
      password: 'p',
      'set-cookie': ['a', 'b'],
      Idempotency_Key: 'k',
      path: '/x',
    }
    expect(JSON.parse(cleanLine(JSON.stringify({ ...facts, user: { email: 'e', name: 'n' } })))).toEqual({
      requestId: UUID,
      password: REMOVED,
      'set-cookie': [REMOVED, REMOVED],
      Idempotency_Key: REMOVED,
      path: '/x',
      user: { email: REMOVED, name: 'n' },
    })
  })

  it('stays JSON where a card number stood as a number', () => {
    expect(JSON.parse(cleanLine('{"n":4242424242424242,"m":9007199254740991}'))).toEqual({
      n: REMOVED,
      m: 9007199254740991,
    })
  })

  it('is one line of JSON without a control character, for any value', () => {
    const anything = fc.anything({
      maxDepth: 3,
      withBigInt: false,
      key: anyText(),
      values: [anyText(), fc.double()],
    })
    fc.assert(
      fc.property(anything, (value) => {
        const line = cleanLine(JSON.stringify({ value }))
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
        expect(() => JSON.parse(line)).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })

  it('changes no text that holds no secret', () => {
    const words = fc.stringMatching(/^[a-z \n"\\\u0085\u2028\u202e]{0,60}$/)
    fc.assert(
      fc.property(words, (text) => {
        expect(JSON.parse(cleanLine(JSON.stringify({ text })))).toEqual({ text })
      }),
    )
  })
})

/** Any text, with the characters that break lines, escapes and terminals more often than chance would. */
function anyText(): fc.Arbitrary<string> {
  const rude = fc.constantFrom(
    '\n',
    '\r',
    '\u001b[2J',
    '\u0085',
    '\u2028',
    '\u202e',
    '"',
    '\\',
    '\\"',
    '\u0000',
    '\ud800',
  )
  return fc
    .array(fc.oneof(rude, fc.string({ unit: 'binary' }), fc.constantFrom('4242424242424242', 'key=')))
    .map((parts) => parts.join(''))
}
