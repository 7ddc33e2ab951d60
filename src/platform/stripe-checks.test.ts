import { describe, expect, test } from 'vitest'
import { readEnv, readSetupEnv, readStartEnv, stripeOf } from './env'
import { GATEWAYS } from './gateways'

type Source = Record<string, string | undefined>

const SECRET_KEY = 'sk_test_canary51'
const WITH_STRIPE = {
  DATABASE_URL: 'postgresql://localhost/payonce',
  PAYONCE_SECRET: 's'.repeat(32),
  PAYONCE_GATEWAY: 'stripe',
  STRIPE_SECRET_KEY: SECRET_KEY,
  STRIPE_PUBLISHABLE_KEY: 'pk_test_canary52',
  STRIPE_WEBHOOK_SECRET: 'whsec_canary53canary53canary',
}
const LIVE = {
  ...WITH_STRIPE,
  PAYONCE_MODE: 'live',
  PAYONCE_SECRET: 'bA7Jq1xkO4mZp9sVw2yTf6rCe8gHd3nUiL5oXt0RzKY',
  PAYONCE_BASE_URL: 'https://pay.example',
  DATABASE_URL: 'postgresql://app:p@db.example/payonce?sslmode=verify-full',
  STRIPE_SECRET_KEY: 'rk_live_canary54',
  STRIPE_PUBLISHABLE_KEY: 'pk_live_canary55',
}
/** As a version would say in which Stripe may serve live mode. */
const LIVE_GATEWAYS = { ...GATEWAYS, stripe: { modes: ['test', 'live'] as const } }

const problemsOf = (read: () => unknown): string[] => {
  try {
    read()
  } catch (error) {
    const { message } = error as Error
    expect(message, 'no key is repeated').not.toMatch(/canary/)
    return message.split('\n  ').slice(1)
  }
  return []
}
const sandbox = (changes: Source) => problemsOf(() => readEnv({ ...WITH_STRIPE, ...changes }))
const live = (changes: Source) => problemsOf(() => readEnv({ ...LIVE, ...changes }, LIVE_GATEWAYS))

describe('Stripe in the sandbox', () => {
  test('is one account, with all that it needs', () => {
    expect(stripeOf(readEnv(WITH_STRIPE))).toEqual({
      secretKey: SECRET_KEY,
      publishableKey: 'pk_test_canary52',
      webhookSecrets: ['whsec_canary53canary53canary'],
      url: null,
    })
    const rotating = { STRIPE_WEBHOOK_SECRET_PREVIOUS: 'whsec_canary56canary56canary' }
    expect(stripeOf(readEnv({ ...WITH_STRIPE, ...rotating }))?.webhookSecrets).toHaveLength(2)
    expect(sandbox({ STRIPE_SECRET_KEY: 'rk_test_canary57' })).toEqual([])
  })

  test('a double alone needs no publishable key, which Stripe’s own fields would refuse', () => {
    const double = { PAYONCE_STRIPE_URL: 'http://127.0.0.1:4', STRIPE_PUBLISHABLE_KEY: undefined }
    expect(sandbox(double)).toEqual([])
    expect(stripeOf(readEnv({ ...WITH_STRIPE, ...double }))?.publishableKey).toBeNull()
  })

  test('variables of Stripe mean nothing where another gateway serves', () => {
    const other = {
      PAYONCE_GATEWAY: 'simulator',
      STRIPE_SECRET_KEY: 'sk_live_canary',
      STRIPE_PUBLISHABLE_KEY: '',
    }
    expect(sandbox(other)).toEqual([])
    expect(stripeOf(readEnv({ ...WITH_STRIPE, ...other }))).toBeNull()
  })

  test.each<[what: string, changes: Source, says: RegExp]>([
    [
      'no secret key',
      { STRIPE_SECRET_KEY: '' },
      /^STRIPE_SECRET_KEY: set the account’s secret key, sk_test_…/,
    ],
    [
      'no publishable key',
      { STRIPE_PUBLISHABLE_KEY: undefined },
      /^STRIPE_PUBLISHABLE_KEY: set the account’s/,
    ],
    ['no webhook secret', { STRIPE_WEBHOOK_SECRET: undefined }, /^STRIPE_WEBHOOK_SECRET: set it/],
    [
      'a live secret key',
      { STRIPE_SECRET_KEY: 'sk_live_canary' },
      /^STRIPE_SECRET_KEY: is a live key, and this is a sandbox/,
    ],
    ['a live restricted key', { STRIPE_SECRET_KEY: 'rk_live_canary' }, /^STRIPE_SECRET_KEY: is a live key/],
    [
      'a live publishable key',
      { STRIPE_PUBLISHABLE_KEY: 'pk_live_canary' },
      /^STRIPE_PUBLISHABLE_KEY: is a live key/,
    ],
    [
      'a publishable key as the secret one',
      { STRIPE_SECRET_KEY: 'pk_test_canary' },
      /^STRIPE_SECRET_KEY: is a publishable key/,
    ],
    [
      'a secret key as the publishable one',
      { STRIPE_PUBLISHABLE_KEY: SECRET_KEY },
      /^STRIPE_PUBLISHABLE_KEY: is a secret key, and would be sent to every shopper/,
    ],
    [
      'a word as the secret key',
      { STRIPE_SECRET_KEY: 'canary' },
      /^STRIPE_SECRET_KEY: is no key of Stripe’s/,
    ],
    [
      'a key with a line after it',
      { STRIPE_SECRET_KEY: `${SECRET_KEY}\ncanary` },
      /^STRIPE_SECRET_KEY: is no key of Stripe’s/,
    ],
    [
      'a word as the publishable key',
      { STRIPE_PUBLISHABLE_KEY: 'canary' },
      /^STRIPE_PUBLISHABLE_KEY: is no publishable key/,
    ],
    [
      'a key as the webhook secret',
      { STRIPE_WEBHOOK_SECRET: SECRET_KEY },
      /^STRIPE_WEBHOOK_SECRET: is no signing secret/,
    ],
    [
      'an empty webhook secret with its prefix',
      { STRIPE_WEBHOOK_SECRET: 'whsec_' },
      /^STRIPE_WEBHOOK_SECRET: is no signing secret/,
    ],
    [
      'a previous webhook secret of no form',
      { STRIPE_WEBHOOK_SECRET_PREVIOUS: 'old' },
      /^STRIPE_WEBHOOK_SECRET_PREVIOUS: is no/,
    ],
    [
      'a double on another machine',
      { PAYONCE_STRIPE_URL: 'https://stripe.example' },
      /^PAYONCE_STRIPE_URL: names a double of Stripe on this machine/,
    ],
    [
      'a double behind another name',
      { PAYONCE_STRIPE_URL: 'http://127.0.0.1.canary.example' },
      /^PAYONCE_STRIPE_URL: names a double/,
    ],
  ])('%s is refused, with what to do', (_, changes, says) => {
    expect(sandbox(changes)).toEqual([expect.stringMatching(says)])
  })

  test.each(['STRIPE_SECRET_KEY', 'STRIPE_PUBLISHABLE_KEY'])(
    'a live %s is never used with the double',
    (name) => {
      const kind = name === 'STRIPE_SECRET_KEY' ? 'sk' : 'pk'
      const says = sandbox({ [name]: `${kind}_live_canary`, PAYONCE_STRIPE_URL: 'http://127.0.0.1:4' })
      expect(says).toEqual([
        expect.stringMatching(new RegExp(`^${name}: is a live key`)),
        expect.stringMatching(/^PAYONCE_STRIPE_URL: take it away/),
      ])
    },
  )

  test('all problems are named at once, and before anything is built', () => {
    const nothing = { PAYONCE_GATEWAY: 'stripe' }
    expect(problemsOf(() => readStartEnv({}, nothing)).map((line) => line.split(':')[0])).toEqual([
      'STRIPE_SECRET_KEY',
      'STRIPE_PUBLISHABLE_KEY',
      'STRIPE_WEBHOOK_SECRET',
    ])
    // A command that charges nothing needs no keys.
    expect(problemsOf(() => readSetupEnv(nothing))).toEqual([])
  })
})

describe('Stripe in live mode', () => {
  test('is refused by this version, which says what is missing', () => {
    expect(problemsOf(() => readEnv(LIVE))).toEqual([
      expect.stringMatching(
        /^PAYONCE_GATEWAY: "stripe" serves the sandbox only in this version.*docs\/stripe\.md/,
      ),
    ])
  })

  test('takes live keys alone, and sends them to Stripe alone', () => {
    expect(live({})).toEqual([])
    expect(live({ STRIPE_SECRET_KEY: SECRET_KEY })).toEqual([
      expect.stringMatching(/^STRIPE_SECRET_KEY: is a key of a Stripe sandbox, and PAYONCE_MODE=live/),
    ])
    expect(live({ STRIPE_PUBLISHABLE_KEY: 'pk_test_canary' })).toEqual([
      expect.stringMatching(/^STRIPE_PUBLISHABLE_KEY: is a key of a Stripe sandbox/),
    ])
    expect(live({ PAYONCE_STRIPE_URL: 'http://127.0.0.1:4' })).toEqual([
      expect.stringMatching(/^PAYONCE_STRIPE_URL: take it away/),
    ])
    expect(live({ STRIPE_SECRET_KEY: undefined })).toEqual([
      expect.stringMatching(/^STRIPE_SECRET_KEY: set the account’s secret key, sk_live_…/),
    ])
  })
})
