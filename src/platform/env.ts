import { createHash } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import type { Mode } from '@/lib/mode'
import { GATEWAYS } from './gateways'
import {
  type BootProblem,
  bootError,
  databaseProblems,
  type KnownGateways,
  liveProblems,
  mayServe,
  type Source,
} from './live-checks'
import { mailProblems } from './mail-checks'
import { minorByCurrency } from './minor-by-currency'
import { stripeProblems } from './stripe-checks'

const schema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  /**
   * Address to listen on; this machine alone (127.0.0.1 and ::1) unless it is given, in live mode too: an
   * installation is opened to others on purpose (0.0.0.0 or ::), never by forgetting a line. An address and no
   * name, because some shells export HOST with the name of the machine.
   */
  HOST: z
    .union([z.ipv4(), z.ipv6(), z.literal('localhost')], { error: 'an IP address' })
    .default('localhost'),
  /** The database, as the login of web and worker. In the sandbox `npm start` also takes a user who may create roles, and makes the logins. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** The owner of the tables. Only migrations use it; web and worker refuse to start with it in their environment. */
  PAYONCE_OWNER_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** The same database, as the login of the simulated bank. Needed where the bank runs inside ours (no PAYONCE_BANK_URL). */
  PAYONCE_BANK_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  PAYONCE_DATA_DIR: z.string().min(1).default('.data'),
  PAYONCE_MODE: z.enum(['sandbox', 'live']).default('sandbox'),
  /** Signs cookies and sessions, and encrypts other keys. In the sandbox `npm start` makes one in the data folder; live mode needs its own. */
  PAYONCE_SECRET: z.string().min(32).optional(),
  /** The secret before this one. What it signed stays valid, and what it encrypted readable, while it is set; nothing new is made with it. */
  PAYONCE_SECRET_PREVIOUS: z.string().min(32).optional(),
  /** The gateway that charges cards (`gateways.ts`). */
  PAYONCE_GATEWAY: z.string().default('simulator'),
  /** The account at Stripe, where PAYONCE_GATEWAY is `stripe`: its secret or restricted key, and the key that browsers get. */
  STRIPE_SECRET_KEY: z.string().optional(),
  STRIPE_PUBLISHABLE_KEY: z.string().optional(),
  /** Signs the events that Stripe sends us. The one before it is taken too while it is set. */
  STRIPE_WEBHOOK_SECRET: z.string().optional(),
  STRIPE_WEBHOOK_SECRET_PREVIOUS: z.string().optional(),
  /** URL of a double of Stripe on this machine, for trials and tests; sandbox only. */
  PAYONCE_STRIPE_URL: z.url({ protocol: /^https?$/ }).optional(),
  PAYONCE_BASE_URL: z.url().optional(),
  /** Origins whose pages may call the API, separated by commas. */
  PAYONCE_CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.url({ protocol: /^https?$/ }))),
  /** Requests per minute of one API key, replays included. */
  PAYONCE_RATE_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(600),
  /**
   * Calls per minute of one shopper's address; the limits on orders, payments and declines are parts of it
   * (server/admission/shopper-limits.ts).
   */
  PAYONCE_SHOPPER_RATE_PER_MINUTE: z.coerce.number().int().min(60).max(1_000_000).default(600),
  /** Our own proxies before the server: that many addresses of X-Forwarded-For, from the right, are trusted. */
  PAYONCE_TRUSTED_HOPS: z.coerce.number().int().min(0).max(10).default(0),
  /** Connections of one process to the database. */
  PAYONCE_POOL_MAX: z.coerce.number().int().min(1).max(200).default(10),
  /** Time that a request waits for one of them, in ms; then it gets 503. 3 s: a retry is worth more than a longer queue. */
  PAYONCE_POOL_WAIT_MS: z.coerce.number().int().min(100).max(60_000).default(3_000),
  /** Lease of an executing request, in ms; it is renewed, and another process may take over when it ends. 30 s: longer than any pause of a healthy process. */
  PAYONCE_LEASE_MS: z.coerce.number().int().min(500).max(600_000).default(30_000),
  /** URL of the bank, when it is a process of its own; without it the simulated bank runs inside ours. */
  PAYONCE_BANK_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Time for a bank's answer, in ms; after it the outcome is unknown. 15 s: longer than any real answer; a draining server waits for it. */
  PAYONCE_GATEWAY_TIMEOUT_MS: z.coerce.number().int().min(100).max(25_000).default(15_000),
  /**
   * Time for which a web process that was told to stop goes on as before while `/api/ready` already answers 503, in ms. Twice the interval at
   * which the proxy looks there, so that it sends no request to a server that begins no payment any more. Without it `lagOf` (server/main.ts)
   * decides.
   */
  PAYONCE_DRAIN_LAG_MS: z.coerce.number().int().min(0).max(4_000).optional(),
  /** Interval of the resolver, which finishes records in doubt, in ms. */
  PAYONCE_RESOLVER_MS: z.coerce.number().int().min(50).max(60_000).default(2_000),
  /** Interval of the reconciler, which compares the bank's list with our payments, in ms. */
  PAYONCE_RECONCILE_MS: z.coerce.number().int().min(100).max(3_600_000).default(30_000),
  /**
   * What operators may refund from the dashboard by themselves, in minor units of the payment's currency (`minor-by-currency.ts`): of one
   * payment in total, and by one operator within 24 hours. 100.00 and 500.00 by support, 1,000.00 and 5,000.00 by an admin who has confirmed;
   * above that another admin must approve. They do not limit programs.
   */
  PAYONCE_SUPPORT_REFUND_LIMIT_MINOR: minorByCurrency(10_000),
  PAYONCE_SUPPORT_REFUND_DAY_MINOR: minorByCurrency(50_000),
  PAYONCE_FOUR_EYES_REFUND_MINOR: minorByCurrency(100_000),
  PAYONCE_FOUR_EYES_REFUND_DAY_MINOR: minorByCurrency(500_000),
  /**
   * Days for which requests of programs are kept for the page *Requests*, redacted; 0 keeps none, and forgets those that are there. 7: long
   * enough to look into what happened last week, short enough that the table stays smaller than the payments'.
   */
  PAYONCE_REQUEST_LOG_DAYS: z.coerce.number().int().min(0).max(90).default(7),
  /** `true`: the header `Idempotency-Key` must be a quoted string, as its draft says; without, a bare value is taken, too. */
  PAYONCE_STRICT_KEYS: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
  /** `true`: webhooks may be sent to this machine, over http and to any port, for trying them out. Sandbox only. */
  PAYONCE_WEBHOOK_LOOPBACK: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
  /** `false`: the first start of a sandbox on a PostgreSQL of its own writes no sample shop (src/setup/sample.ts). Only `npm start` reads it. */
  PAYONCE_SAMPLE_SHOP: z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true'),
  /** The mail server that mails go through: smtps://user:password@host:465, or smtp:// for STARTTLS. Without one, no mail leaves. */
  PAYONCE_SMTP_URL: z.string().optional(),
  /** The sender of mails: `Payonce <alerts@example.com>`. */
  PAYONCE_MAIL_FROM: z.string().optional(),
  /** Bearer token that reads `/api/metrics`. Without one, only this machine may, and only in the sandbox. */
  PAYONCE_METRICS_TOKEN: z.string().min(24, { error: 'at least 24 random characters' }).optional(),
  /** Collector of traces that takes OTLP over HTTP; without one no trace is made. The SDK's other variables (`OTEL_TRACES_SAMPLER`, …) hold too. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

/** Variables that the product cannot run without. */
const complete = schema.extend({
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'name a PostgreSQL database (`npm start` brings its own)',
  }),
  PAYONCE_SECRET: z
    .string({ error: 'at least 32 random characters (`npm start` makes one for the sandbox)' })
    .min(32),
  PAYONCE_OWNER_DATABASE_URL: z
    .undefined({
      error: 'is for migrations only: web and worker must not have it. Name their own login in DATABASE_URL',
    })
    .optional(),
})

/** The names of all variables that the product reads. */
export const variables = (): string[] => Object.keys(schema.shape)

export type Env = z.infer<typeof complete> & { baseUrl: string }

/**
 * The environment, checked once at boot. Throws one error that names all that is wrong, the conditions of live mode included.
 * The only file that reads `process.env`, by a lint rule.
 * @param gateways the gateways that PAYONCE_GATEWAY may name; tests add one that serves live
 */
export function readEnv(source: Source = process.env, gateways: KnownGateways = GATEWAYS): Env {
  // The owner's URL is refused as such, safe or not.
  const checked = { ...given(source), PAYONCE_OWNER_DATABASE_URL: undefined }
  const problems = [...liveProblems(checked, gateways), ...stripeProblems(checked), ...mailProblems(checked)]
  const env = parse(complete, source, { gateways, problems })
  return { ...env, baseUrl: env.PAYONCE_BASE_URL ?? `http://localhost:${env.PORT}` }
}

/** The same variables for a set-up script, which runs before there is a database: none of them is required yet. */
export function readSetupEnv(source: Source = process.env) {
  const env = parse(schema, source, { gateways: GATEWAYS, problems: [] })
  return { ...env, dataDir: path.resolve(env.PAYONCE_DATA_DIR) }
}

/**
 * How to log, for the first line of a process, before the rest is checked. Never throws: the log must be there to
 * say what is wrong. Development prints for a person, as its tools do.
 */
export function readLogEnv(source: Source = process.env) {
  const level = schema.shape.LOG_LEVEL.safeParse(source.LOG_LEVEL || undefined)
  return { level: level.data ?? 'info', forPeople: source.NODE_ENV === 'development' }
}

/**
 * `readSetupEnv` for a command that starts the product: in live mode refuses what the processes would refuse, before anything is built or
 * touched. @param changes to the environment, as the processes will get them
 */
export function readStartEnv(changes: Source = {}, source: Source = process.env) {
  const own = { ...source, ...changes }
  const problems = [...liveProblems(given(own)), ...stripeProblems(given(own)), ...mailProblems(given(own))]
  const env = parse(schema, own, { gateways: GATEWAYS, problems })
  return { ...env, dataDir: path.resolve(env.PAYONCE_DATA_DIR) }
}

/**
 * For a command that writes into the database but charges nothing. @throws Error in live mode, where the database has no name or is
 * reached without TLS
 */
export function refuseUnsafeDatabase(source: Source = process.env): void {
  refuseProblems(given(source), 'DATABASE_URL')
}

/** The same for a command that works as the owner of the tables: by PAYONCE_OWNER_DATABASE_URL where it is set, else by DATABASE_URL. */
export function refuseUnsafeOwner(source: Source = process.env): void {
  const values = given(source)
  refuseProblems(values, values.PAYONCE_OWNER_DATABASE_URL ? 'PAYONCE_OWNER_DATABASE_URL' : 'DATABASE_URL')
}

function refuseProblems(values: Source, needed: Parameters<typeof databaseProblems>[1]): void {
  const problems = values.PAYONCE_MODE === 'live' ? databaseProblems(values, needed) : []
  if (problems.length > 0) throw bootError(problems)
}

/** What operators may refund by themselves. */
export function refundLimitsOf(env: Env) {
  return {
    support: { payment: env.PAYONCE_SUPPORT_REFUND_LIMIT_MINOR, day: env.PAYONCE_SUPPORT_REFUND_DAY_MINOR },
    fourEyes: { payment: env.PAYONCE_FOUR_EYES_REFUND_MINOR, day: env.PAYONCE_FOUR_EYES_REFUND_DAY_MINOR },
  }
}

/** The mode of money that this installation serves: its merchants, keys and gateway have the same one. */
export function modeServed({ PAYONCE_MODE }: Pick<Env, 'PAYONCE_MODE'>): Mode {
  return PAYONCE_MODE === 'live' ? 'live' : 'test'
}

/** What the environment says of an account at Stripe. */
export interface StripeSettings {
  secretKey: string
  /** Null: only on a double, whose products show our own form of test cards. */
  publishableKey: string | null
  webhookSecrets: Secrets
  /** A double's; null: Stripe itself. */
  url: URL | null
}

/** The account at Stripe that the environment names; null where another gateway serves. */
export function stripeOf(env: Env): StripeSettings | null {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_PUBLISHABLE_KEY: publishableKey } = env
  const { STRIPE_WEBHOOK_SECRET: current, STRIPE_WEBHOOK_SECRET_PREVIOUS: previous } = env
  // `readEnv` has refused an environment that names Stripe without them.
  if (env.PAYONCE_GATEWAY !== 'stripe' || !secretKey || !current) return null
  return {
    secretKey,
    publishableKey: publishableKey ?? null,
    webhookSecrets: previous ? [current, previous] : [current],
    url: env.PAYONCE_STRIPE_URL ? new URL(env.PAYONCE_STRIPE_URL) : null,
  }
}

/**
 * Key of a Stripe sandbox, for the tests that run against Stripe itself; null: there is none.
 * @throws Error for a live key: those tests charge cards
 */
export function readStripeTestKey(source: Source = process.env): string | null {
  const { STRIPE_SECRET_KEY: key } = given(source)
  if (key === undefined) return null
  if (/^[rs]k_test_\w+$/.test(key)) return key
  throw bootError([{ variable: 'STRIPE_SECRET_KEY', message: 'a key of a sandbox (sk_test_… or rk_test_…)' }])
}

/** Former names. One that is still set stops the boot, rather than being ignored. */
const RENAMED = { PAYONCE_COMPLETER_MS: 'PAYONCE_RESOLVER_MS' }

function parse<T extends z.ZodType>(
  shape: T,
  source: Source,
  { gateways, problems: found }: { gateways: KnownGateways; problems: readonly BootProblem[] },
): z.infer<T> {
  const values = given(source)
  const parsed = shape.safeParse(values)
  const problems = [
    ...found,
    ...formerNames(values),
    ...unknownGateway(values, gateways),
    ...sameSecret(values),
  ]
  const named = new Set(problems.map(({ variable }) => variable))
  const malformed = (parsed.error?.issues ?? [])
    .map((issue) => ({ variable: issue.path.join('.'), message: issue.message }))
    // The checks before say the same with its reason.
    .filter(({ variable }) => !named.has(variable))
  if (parsed.success && problems.length === 0) return parsed.data
  throw bootError([...malformed, ...problems])
}

function formerNames(values: Source): BootProblem[] {
  return Object.entries(RENAMED)
    .filter(([old]) => values[old] !== undefined)
    .map(([old, name]) => ({ variable: old, message: `is called ${name} now` }))
}

function unknownGateway({ PAYONCE_GATEWAY, PAYONCE_MODE }: Source, gateways: KnownGateways): BootProblem[] {
  if (PAYONCE_GATEWAY === undefined || PAYONCE_MODE === 'live') return []
  if (mayServe(gateways, PAYONCE_GATEWAY, 'test')) return []
  const names = Object.keys(gateways).filter((name) => mayServe(gateways, name, 'test'))
  return [{ variable: 'PAYONCE_GATEWAY', message: `the sandbox has ${names.join(' and ')}` }]
}

function sameSecret({ PAYONCE_SECRET, PAYONCE_SECRET_PREVIOUS }: Source): BootProblem[] {
  if (PAYONCE_SECRET_PREVIOUS === undefined || PAYONCE_SECRET_PREVIOUS !== PAYONCE_SECRET) return []
  return [
    {
      variable: 'PAYONCE_SECRET_PREVIOUS',
      message: 'is the same as PAYONCE_SECRET: nothing has rotated. Set PAYONCE_SECRET to a new one',
    },
  ]
}

/** An empty variable, as a compose file leaves it, is one that was not given. */
function given(source: Source): Source {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
}

/** A key for one purpose, derived from the one secret, so that a cookie's key is never a session's key. */
export function secretFor(env: Pick<Env, 'PAYONCE_SECRET'>, purpose: string): string {
  return createHash('sha256').update(`${purpose}\0${env.PAYONCE_SECRET}`).digest('base64url')
}

/**
 * The keys with which something of one purpose may be signed, the one for new signatures first. The second is the previous secret's,
 * while there is one.
 */
export function secretsFor(
  env: Pick<Env, 'PAYONCE_SECRET' | 'PAYONCE_SECRET_PREVIOUS'>,
  purpose: string,
): Secrets {
  const { PAYONCE_SECRET_PREVIOUS: previous } = env
  const current = secretFor(env, purpose)
  return previous ? [current, secretFor({ PAYONCE_SECRET: previous }, purpose)] : [current]
}

/** Keys of one purpose: new signatures use the first, checks take any. */
export type Secrets = readonly [current: string, ...previous: string[]]

/**
 * The environment of a child process: ours, with changes. A change to `undefined` takes the variable away. No child inherits the owner's
 * URL: only migrations use it, and those run in the supervisor.
 */
export function childEnv(changes: Partial<NodeJS.ProcessEnv> = {}): NodeJS.ProcessEnv {
  const merged = { ...process.env, PAYONCE_OWNER_DATABASE_URL: undefined, ...changes }
  return Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined),
  ) as NodeJS.ProcessEnv
}

/** What a program needs of its surroundings on any system, and nothing of ours. */
const SURROUNDINGS = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'TMP',
  'TEMP',
  'SYSTEMROOT',
]

/**
 * The environment of a child that must know nothing of this installation: neither its database nor its secrets, addresses and settings.
 * @param changes variables of its own
 */
export function foreignEnv(changes: Source = {}, source: Source = process.env): NodeJS.ProcessEnv {
  const kept = SURROUNDINGS.flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]]))
  return { ...Object.fromEntries(kept), ...changes } as NodeJS.ProcessEnv
}

/** Sets variables for this process and its children: the browser tests pass the product's address to their workers. */
export function passOn(values: Record<string, string>): void {
  Object.assign(process.env, values)
}
