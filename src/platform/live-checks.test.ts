import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readEnv, readStartEnv, refuseUnsafeDatabase, refuseUnsafeOwner, secretFor, secretsFor } from './env'
import { GATEWAYS } from './gateways'
import { weaknessOf } from './secret-strength'

/** Random to the eye, the same in every run. */
const randomSecret = (seed: string, encoding: 'base64' | 'base64url' | 'hex' = 'base64') =>
  createHash('sha256').update(seed).digest(encoding)

const WITH_BANK = { ...GATEWAYS, 'test-bank': { modes: ['live'] as const } }
const FIT = {
  PAYONCE_MODE: 'live',
  PAYONCE_GATEWAY: 'test-bank',
  PAYONCE_SECRET: randomSecret('now'),
  PAYONCE_SECRET_PREVIOUS: randomSecret('before'),
  PAYONCE_BASE_URL: 'https://pay.example',
  DATABASE_URL: 'postgresql://app:p@db.example/payonce?sslmode=verify-full',
}

const refusalOf = (
  source: Record<string, string | undefined>,
  gateways: Parameters<typeof readEnv>[1] = WITH_BANK,
) => {
  try {
    readEnv({ ...FIT, ...source }, gateways)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('expected it to be refused')
}
const lines = (message: string) => message.split('\n').slice(1)

describe('live mode', () => {
  test('starts with everything right', () => {
    expect(readEnv(FIT, WITH_BANK)).toMatchObject({ PAYONCE_MODE: 'live', baseUrl: 'https://pay.example' })
  })

  test('does not start in this version, which has no gateway that moves money', () => {
    expect(lines(refusalOf({ PAYONCE_GATEWAY: undefined }, GATEWAYS))).toEqual([
      '  PAYONCE_GATEWAY: live mode needs a gateway that moves money, and "simulator" does not: this version has none, so it runs in the sandbox only (PAYONCE_MODE=sandbox)',
    ])
  })

  const one: [what: string, changes: Record<string, string | undefined>, line: RegExp][] = [
    [
      'the simulator',
      { PAYONCE_GATEWAY: 'simulator' },
      /^ {2}PAYONCE_GATEWAY: .*"simulator" does not: set it to test-bank$/,
    ],
    ['no gateway', { PAYONCE_GATEWAY: undefined }, /^ {2}PAYONCE_GATEWAY: .*set it to test-bank$/],
    ['an unknown gateway', { PAYONCE_GATEWAY: 'bank' }, /^ {2}PAYONCE_GATEWAY: .*"bank" does not/],
    ['a member of every object', { PAYONCE_GATEWAY: 'constructor' }, /^ {2}PAYONCE_GATEWAY: /],
    [
      'the simulator behind an address',
      { PAYONCE_BANK_URL: 'https://bank.example' },
      /^ {2}PAYONCE_BANK_URL: take it away/,
    ],
    [
      'webhooks to this machine',
      { PAYONCE_WEBHOOK_LOOPBACK: 'true' },
      /^ {2}PAYONCE_WEBHOOK_LOOPBACK: take it away/,
    ],
    ['no secret', { PAYONCE_SECRET: undefined }, /^ {2}PAYONCE_SECRET: .*openssl rand -base64 32$/],
    [
      'a weak secret',
      { PAYONCE_SECRET: 'a'.repeat(32) },
      /^ {2}PAYONCE_SECRET: it has too few.*openssl rand -base64 32$/,
    ],
    [
      'a short secret',
      { PAYONCE_SECRET: randomSecret('x').slice(0, 31) },
      /^ {2}PAYONCE_SECRET: it has fewer than 32/,
    ],
    [
      'a weak secret before it',
      { PAYONCE_SECRET_PREVIOUS: 'ab'.repeat(20) },
      /^ {2}PAYONCE_SECRET_PREVIOUS: it has too few/,
    ],
    [
      'the same secret twice',
      { PAYONCE_SECRET_PREVIOUS: FIT.PAYONCE_SECRET },
      /^ {2}PAYONCE_SECRET_PREVIOUS: is the same/,
    ],
    ['http', { PAYONCE_BASE_URL: 'http://pay.example' }, /^ {2}PAYONCE_BASE_URL: .*https:/],
    ['no address', { PAYONCE_BASE_URL: undefined }, /^ {2}PAYONCE_BASE_URL: .*https:/],
    ['no address but a word', { PAYONCE_BASE_URL: 'https' }, /^ {2}PAYONCE_BASE_URL: .*https:/],
    [
      'no database',
      { DATABASE_URL: undefined },
      /^ {2}DATABASE_URL: name the PostgreSQL.*the embedded one is for the sandbox$/,
    ],
    ['another database', { DATABASE_URL: 'mysql://x?sslmode=verify-full' }, /^ {2}DATABASE_URL: /],
    ['a development server', { NODE_ENV: 'development' }, /^ {2}NODE_ENV: .*npm start$/],
  ]
  test.each(one)('refuses %s, and names it alone', (_, changes, line) => {
    expect(lines(refusalOf(changes))).toEqual([expect.stringMatching(line)])
  })

  const UNSAFE = [
    'postgresql://db.example/payonce',
    'postgresql://db.example/payonce?sslmode=disable',
    'postgresql://db.example/payonce?sslmode=require',
    'postgresql://db.example/payonce?sslmode=verify-ca',
    'postgresql://db.example/payonce?sslmode=verify-full&sslmode=disable',
    'postgresql://db.example/payonce?sslmode=verify-full&ssl=0',
    'postgresql://db.example/payonce?sslmode=no-verify',
    'postgresql://localhost/payonce',
    'postgresql://127.0.0.1/payonce?host=/var/run/postgresql&host=db.example',
  ]
  test.each(UNSAFE)('refuses a database without TLS that is verified: %s', (DATABASE_URL) => {
    expect(lines(refusalOf({ DATABASE_URL }))).toEqual([
      expect.stringMatching(/^ {2}DATABASE_URL: add sslmode=verify-full/),
    ])
  })

  test.each(UNSAFE)('refuses it in the owner’s and the bank’s URLs too, for every command: %s', (url) => {
    const owner = { ...FIT, PAYONCE_OWNER_DATABASE_URL: url }
    const bank = { ...FIT, PAYONCE_BANK_DATABASE_URL: url }
    for (const refuse of [
      () => readStartEnv({}, { ...owner, PAYONCE_GATEWAY: undefined }),
      () => refuseUnsafeDatabase(owner),
      () => refuseUnsafeOwner(owner),
      () => refuseUnsafeOwner({ PAYONCE_MODE: 'live', PAYONCE_OWNER_DATABASE_URL: url }),
    ])
      expect(refuse).toThrow(/\n {2}PAYONCE_OWNER_DATABASE_URL: add sslmode=verify-full/)
    for (const refuse of [
      () => readEnv(bank, WITH_BANK),
      () => readStartEnv({}, { ...bank, PAYONCE_GATEWAY: undefined }),
      () => refuseUnsafeDatabase(bank),
      () => refuseUnsafeOwner(bank),
    ])
      expect(refuse).toThrow(/\n {2}PAYONCE_BANK_DATABASE_URL: add sslmode=verify-full/)
  })

  test('migrate and verify need one URL, the owner’s or DATABASE_URL, and it is a safe one', () => {
    const safe = FIT.DATABASE_URL
    expect(() => refuseUnsafeOwner({ PAYONCE_MODE: 'live' })).toThrow('DATABASE_URL: name the PostgreSQL')
    expect(() => refuseUnsafeOwner({ PAYONCE_MODE: 'live', PAYONCE_OWNER_DATABASE_URL: '' })).toThrow(
      'DATABASE_URL: name the PostgreSQL',
    )
    expect(() => refuseUnsafeOwner({ PAYONCE_MODE: 'live', DATABASE_URL: UNSAFE[0] })).toThrow('verify-full')
    expect(refuseUnsafeOwner({ PAYONCE_MODE: 'live', DATABASE_URL: safe })).toBeUndefined()
    expect(refuseUnsafeOwner({ PAYONCE_MODE: 'live', PAYONCE_OWNER_DATABASE_URL: safe })).toBeUndefined()
    expect(refuseUnsafeOwner({ PAYONCE_OWNER_DATABASE_URL: UNSAFE[0] })).toBeUndefined()
    expect(() => refuseUnsafeDatabase({ PAYONCE_MODE: 'live', PAYONCE_OWNER_DATABASE_URL: safe })).toThrow(
      '\n  DATABASE_URL: name',
    )
  })

  test('web and worker refuse the owner’s URL as such, safe or not', () => {
    for (const PAYONCE_OWNER_DATABASE_URL of [FIT.DATABASE_URL, UNSAFE[0]])
      expect(lines(refusalOf({ PAYONCE_OWNER_DATABASE_URL }))).toEqual([
        expect.stringMatching(/^ {2}PAYONCE_OWNER_DATABASE_URL: is for migrations only/),
      ])
  })

  test.each([
    'postgresql://app@localhost/payonce?host=/var/run/postgresql',
    'postgresql://app@%2Fvar%2Frun%2Fpostgresql/payonce',
    'postgresql://db.example/payonce?sslmode=verify-full&sslrootcert=/etc/ca.pem',
  ])('takes a socket, or verified TLS: %s', (DATABASE_URL) => {
    expect(readEnv({ ...FIT, DATABASE_URL }, WITH_BANK).DATABASE_URL).toBe(DATABASE_URL)
  })

  test('names everything that is wrong in one message, each once', () => {
    const message = refusalOf({
      PAYONCE_GATEWAY: undefined,
      PAYONCE_BANK_URL: 'http://127.0.0.1:4000',
      PAYONCE_SECRET: 'secret',
      PAYONCE_SECRET_PREVIOUS: 'a'.repeat(40),
      PAYONCE_BASE_URL: undefined,
      DATABASE_URL: undefined,
      NODE_ENV: 'development',
      PORT: '70000',
    })
    expect(lines(message).map((line) => line.trim().split(':')[0])).toEqual([
      'PORT',
      'PAYONCE_GATEWAY',
      'PAYONCE_BANK_URL',
      'PAYONCE_SECRET',
      'PAYONCE_SECRET_PREVIOUS',
      'PAYONCE_BASE_URL',
      'DATABASE_URL',
      'NODE_ENV',
    ])
  })

  test('K7 shows no secret and no password in its message', () => {
    const message = refusalOf({
      PAYONCE_SECRET: 'canary-secret',
      PAYONCE_SECRET_PREVIOUS: 'canary-previous',
      DATABASE_URL: 'postgresql://app:canary-password@db.example/payonce',
    })
    expect(message).not.toContain('canary')
  })

  test('npm start and npm run worker refuse the same before anything is built or touched', () => {
    expect(() => readStartEnv({}, { PAYONCE_MODE: 'live' })).toThrow(
      /PAYONCE_GATEWAY: .*PAYONCE_SECRET: .*PAYONCE_BASE_URL: .*DATABASE_URL: /s,
    )
    expect(() => readStartEnv({ NODE_ENV: 'development' }, FIT)).toThrow('NODE_ENV: ')
    expect(readStartEnv({}, { PAYONCE_DATA_DIR: '/tmp/x' })).toMatchObject({
      dataDir: '/tmp/x',
      PAYONCE_MODE: 'sandbox',
    })
  })
})

describe('the sandbox', () => {
  const SANDBOX = { DATABASE_URL: 'postgresql://localhost/payonce', PAYONCE_SECRET: 's'.repeat(32) }

  test('asks for none of it', () => {
    expect(readEnv(SANDBOX)).toMatchObject({ PAYONCE_MODE: 'sandbox', PAYONCE_GATEWAY: 'simulator' })
  })

  test('refuses a gateway that moves money, and one that does not exist', () => {
    for (const PAYONCE_GATEWAY of ['test-bank', 'bank', 'toString'])
      expect(() => readEnv({ ...SANDBOX, PAYONCE_GATEWAY }, WITH_BANK)).toThrow(
        'PAYONCE_GATEWAY: the sandbox has simulator',
      )
  })

  test('refuses a previous secret that is the same or short', () => {
    for (const PAYONCE_SECRET_PREVIOUS of [SANDBOX.PAYONCE_SECRET, 'short'])
      expect(() => readEnv({ ...SANDBOX, PAYONCE_SECRET_PREVIOUS })).toThrow('PAYONCE_SECRET_PREVIOUS')
  })
})

describe('a secret', () => {
  test.each<[string, string]>([
    ['a'.repeat(32), 'too few'],
    ['ab'.repeat(32), 'too few'],
    ['0123456789'.repeat(5), 'repeats'],
    ['Tr0ub4dor&3'.repeat(4), 'repeats'],
    ['abcdefghijklmnopqrstuvwxyzABCDEFGHIJ', 'words'],
    ['a secret for tests, long enough to pass', 'words'],
    ['correct-horse-battery-staple-and-more', 'words'],
    ['my-payonce-production-key-2026-11-26-x', 'words'],
    ['1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p', 'words'],
    ['--------------------------------------', 'too few'],
    [`${'x'.repeat(16)}${' '.repeat(30)}`, 'too few'],
  ])('that people type is refused: %s', (secret, why) => {
    expect(weaknessOf(secret)).toContain(why)
  })

  test.each(['base64', 'base64url', 'hex'] as const)(
    'that a generator makes is taken: 2,000 of 256 bits in %s',
    (encoding) => {
      const refused = Array.from({ length: 2_000 }, (_, n) => randomSecret(`${n}`, encoding)).filter(
        (secret) => weaknessOf(secret) !== null,
      )
      expect(refused).toEqual([])
    },
  )
})

describe('the keys of a purpose', () => {
  const [PAYONCE_SECRET, PAYONCE_SECRET_PREVIOUS] = [randomSecret('now'), randomSecret('before')]

  test('are the current one, and the previous one while it is set', () => {
    const before = secretFor({ PAYONCE_SECRET: PAYONCE_SECRET_PREVIOUS }, 'shopper-cookie')
    const now = secretFor({ PAYONCE_SECRET }, 'shopper-cookie')
    expect(secretsFor({ PAYONCE_SECRET, PAYONCE_SECRET_PREVIOUS }, 'shopper-cookie')).toEqual([now, before])
    expect(secretsFor({ PAYONCE_SECRET }, 'shopper-cookie')).toEqual([now])
  })
})
