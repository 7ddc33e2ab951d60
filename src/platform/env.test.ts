import { describe, expect, test, vi } from 'vitest'
import { childEnv, foreignEnv, readEnv, readLogEnv, readSetupEnv, secretFor } from './env'

const GOOD = { DATABASE_URL: 'postgresql://localhost/payonce', PAYONCE_SECRET: 's'.repeat(32) }
const refusalOf = (source: Record<string, string | undefined>) => {
  try {
    readEnv(source)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('expected it to be refused')
}

describe('readEnv', () => {
  test('needs two variables, and has a reasoned default for the others', () => {
    expect(readEnv(GOOD)).toEqual({
      ...GOOD,
      NODE_ENV: 'production',
      PORT: 3000,
      HOST: 'localhost',
      PAYONCE_DATA_DIR: '.data',
      PAYONCE_MODE: 'sandbox',
      PAYONCE_GATEWAY: 'simulator',
      PAYONCE_POOL_MAX: 10,
      PAYONCE_POOL_WAIT_MS: 3_000,
      PAYONCE_GATEWAY_TIMEOUT_MS: 15_000,
      PAYONCE_LEASE_MS: 30_000,
      PAYONCE_RESOLVER_MS: 2_000,
      PAYONCE_RECONCILE_MS: 30_000,
      PAYONCE_REQUEST_LOG_DAYS: 7,
      PAYONCE_RATE_PER_MINUTE: 600,
      PAYONCE_SHOPPER_RATE_PER_MINUTE: 600,
      PAYONCE_CORS_ORIGINS: [],
      PAYONCE_TRUSTED_HOPS: 0,
      PAYONCE_STRICT_KEYS: false,
      PAYONCE_SAMPLE_SHOP: true,
      PAYONCE_WEBHOOK_LOOPBACK: false,
      PAYONCE_SUPPORT_REFUND_LIMIT_MINOR: { other: 10_000, byCurrency: {} },
      PAYONCE_SUPPORT_REFUND_DAY_MINOR: { other: 50_000, byCurrency: {} },
      PAYONCE_FOUR_EYES_REFUND_MINOR: { other: 100_000, byCurrency: {} },
      PAYONCE_FOUR_EYES_REFUND_DAY_MINOR: { other: 500_000, byCurrency: {} },
      LOG_LEVEL: 'info',
      baseUrl: 'http://localhost:3000',
    })
  })

  test('listens where it is told: an address, and no name of a machine', () => {
    for (const HOST of ['0.0.0.0', '::', '127.0.0.1', '10.0.0.7', 'localhost'])
      expect(readEnv({ ...GOOD, HOST }).HOST).toBe(HOST)
    expect(readEnv({ ...GOOD, HOST: '' }).HOST).toBe('localhost')
    for (const HOST of ['mybox', '1.2.3', 'localhost:3000', '*'])
      expect(refusalOf({ ...GOOD, HOST })).toContain('HOST: an IP address')
  })

  test('knows how to log before anything else is right', () => {
    expect(readLogEnv({})).toEqual({ level: 'info', forPeople: false })
    expect(readLogEnv({ LOG_LEVEL: 'warn', NODE_ENV: 'development' })).toEqual({
      level: 'warn',
      forPeople: true,
    })
    expect(readLogEnv({ LOG_LEVEL: 'loud', PORT: 'x' })).toEqual({ level: 'info', forPeople: false })
  })

  test('refuses a token for the metrics that can be guessed', () => {
    expect(refusalOf({ ...GOOD, PAYONCE_METRICS_TOKEN: 'short' })).toContain('PAYONCE_METRICS_TOKEN')
  })

  test('refuses a former name rather than ignoring it', () => {
    expect(refusalOf({ ...GOOD, PAYONCE_COMPLETER_MS: '250' })).toContain(
      'PAYONCE_COMPLETER_MS: is called PAYONCE_RESOLVER_MS now',
    )
  })

  test('knows a bank outside our process by its address', () => {
    expect(readEnv({ ...GOOD, PAYONCE_BANK_URL: 'http://127.0.0.1:4000' }).PAYONCE_BANK_URL).toBe(
      'http://127.0.0.1:4000',
    )
    expect(readEnv({ ...GOOD, PAYONCE_BANK_URL: '' }).PAYONCE_BANK_URL).toBeUndefined()
  })

  test('takes numbers as text, and its own address from PORT unless it is told', () => {
    expect(readEnv({ ...GOOD, PORT: '8080' })).toMatchObject({ PORT: 8080, baseUrl: 'http://localhost:8080' })
    expect(readEnv({ ...GOOD, PAYONCE_BASE_URL: 'https://shop.example' })).toMatchObject({
      baseUrl: 'https://shop.example',
    })
  })

  test('refuses the owner’s URL, which web and worker must not have, and does not repeat it', () => {
    const says = refusalOf({
      ...GOOD,
      PAYONCE_OWNER_DATABASE_URL: 'postgresql://owner:canary-password@x/payonce',
    })
    expect(says).toContain('PAYONCE_OWNER_DATABASE_URL: is for migrations only')
    expect(says).not.toContain('canary-password')
  })

  test('names all that is missing in one message', () => {
    const says = refusalOf({})
    for (const name of ['DATABASE_URL', 'PAYONCE_SECRET']) expect(says).toContain(name)
  })

  test('names all that is wrong in one message', () => {
    const says = refusalOf({
      ...GOOD,
      PORT: '70000',
      PAYONCE_MODE: 'maybe',
      PAYONCE_POOL_MAX: 'many',
      DATABASE_URL: 'mysql://x',
    })
    for (const name of ['PORT', 'PAYONCE_MODE', 'PAYONCE_POOL_MAX', 'DATABASE_URL'])
      expect(says).toContain(name)
  })

  test('names what is missing beside what is wrong', () => {
    const says = refusalOf({ PORT: '70000' })
    for (const name of ['PORT', 'DATABASE_URL', 'PAYONCE_SECRET']) expect(says).toContain(name)
  })

  test.each<[string, string]>([
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['DATABASE_URL', 'localhost'],
    ['DATABASE_URL', 'http://localhost'],
    ['PAYONCE_SECRET', 's'.repeat(31)],
    ['PAYONCE_MODE', 'Live'],
    ['PAYONCE_BASE_URL', 'shop'],
    ['PAYONCE_BANK_URL', 'bank'],
    ['PAYONCE_BANK_URL', 'ftp://bank'],
    ['PAYONCE_POOL_MAX', '0'],
    ['PAYONCE_GATEWAY_TIMEOUT_MS', '25001'],
    ['PAYONCE_LEASE_MS', '10'],
    ['PAYONCE_RESOLVER_MS', '1'],
    ['PAYONCE_RECONCILE_MS', '1'],
    ['PAYONCE_REQUEST_LOG_DAYS', '91'],
    ['LOG_LEVEL', 'loud'],
    ['NODE_ENV', 'prod'],
  ])('refuses %s=%s', (name, value) => {
    expect(refusalOf({ ...GOOD, [name]: value })).toContain(name)
  })

  test('K7 never shows a secret in its message', () => {
    expect(
      refusalOf({ ...GOOD, PAYONCE_SECRET: 'canary-secret', DATABASE_URL: 'mysql://u:canary-password@x' }),
    ).not.toContain('canary')
  })

  test('R2 a bank is given up before the lease of 30 s ends, with room to store the answer', () => {
    expect(refusalOf({ ...GOOD, PAYONCE_GATEWAY_TIMEOUT_MS: '26000' })).toContain(
      'PAYONCE_GATEWAY_TIMEOUT_MS',
    )
  })
})

describe('what else is read from it', () => {
  test('a set-up script needs none of it, but what is there must be right', () => {
    expect(readSetupEnv({ PAYONCE_DATA_DIR: '/tmp/x' })).toMatchObject({ dataDir: '/tmp/x' })
    expect(() => readSetupEnv({ PORT: 'x' })).toThrow('PORT')
  })

  test('each purpose has a secret of its own', () => {
    const secrets = ['shopper-cookie', 'operator-session', 'receipt-code'].map((purpose) =>
      secretFor(GOOD, purpose),
    )
    expect(new Set(secrets)).toHaveLength(3)
    expect(secretFor(GOOD, 'shopper-cookie')).toBe(secrets[0])
    expect(secretFor({ PAYONCE_SECRET: 'x'.repeat(32) }, 'shopper-cookie')).not.toBe(secrets[0])
    for (const secret of secrets) expect(secret).not.toContain(GOOD.PAYONCE_SECRET)
  })

  test('a child process gets what we have, with changes; undefined takes away', () => {
    const child = childEnv({ PAYONCE_TEST_ONLY: 'yes', PATH: undefined })
    expect(child.PAYONCE_TEST_ONLY).toBe('yes')
    expect('PATH' in child).toBe(false)
  })

  test('never inherits the owner’s URL', () => {
    vi.stubEnv('PAYONCE_OWNER_DATABASE_URL', 'postgresql://owner@x/payonce')
    expect('PAYONCE_OWNER_DATABASE_URL' in childEnv()).toBe(false)
    vi.unstubAllEnvs()
  })
})

describe('the environment of a program that is not ours to configure', () => {
  test('has the surroundings and no setting of the installation', () => {
    const source = { PATH: '/bin', HOME: '/root', DATABASE_URL: 'x', PAYONCE_SECRET: 'x', ANY_TOKEN: 'x' }
    expect(foreignEnv({ OWN: 'y' }, source)).toEqual({ PATH: '/bin', HOME: '/root', OWN: 'y' })
  })
})
