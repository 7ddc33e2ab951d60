import { createHash } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'

const schema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  PAYONCE_DATA_DIR: z.string().min(1).default('.data'),
  PAYONCE_MODE: z.enum(['sandbox', 'live']).default('sandbox'),
  /** Signs cookies and sessions. In the sandbox `npm start` makes one in the data folder; live mode needs its own. */
  PAYONCE_SECRET: z.string().min(32).optional(),
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
  /** Lease of an executing request, in ms; it is renewed, and another process may take over when it ends. 30 s: longer than any pause of a healthy process. */
  PAYONCE_LEASE_MS: z.coerce.number().int().min(500).max(600_000).default(30_000),
  /** URL of the bank, when it is a process of its own; without it the simulated bank runs inside ours. */
  PAYONCE_BANK_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Time for a bank's answer, in ms; after it the outcome is unknown. 15 s: longer than any real answer; a draining server waits for it. */
  PAYONCE_GATEWAY_TIMEOUT_MS: z.coerce.number().int().min(100).max(25_000).default(15_000),
  /** Interval of the resolver, which finishes records in doubt, in ms. */
  PAYONCE_RESOLVER_MS: z.coerce.number().int().min(50).max(60_000).default(2_000),
  /** Interval of the reconciler, which compares the bank's list with our payments, in ms. */
  PAYONCE_RECONCILE_MS: z.coerce.number().int().min(100).max(3_600_000).default(30_000),
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
})

export type Env = z.infer<typeof complete> & { baseUrl: string }

/**
 * The environment, checked once at boot. Throws one error that names all that is wrong.
 * The only file that reads `process.env`, by a lint rule.
 */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const env = parse(complete, source)
  return { ...env, baseUrl: env.PAYONCE_BASE_URL ?? `http://localhost:${env.PORT}` }
}

/** The same variables for a set-up script, which runs before there is a database: none of them is required yet. */
export function readSetupEnv(source: Record<string, string | undefined> = process.env) {
  const env = parse(schema, source)
  return { ...env, dataDir: path.resolve(env.PAYONCE_DATA_DIR) }
}

/** Former names. One that is still set stops the boot, rather than being ignored. */
const RENAMED = { PAYONCE_COMPLETER_MS: 'PAYONCE_RESOLVER_MS' }

function parse<T extends z.ZodType>(shape: T, source: Record<string, string | undefined>): z.infer<T> {
  const parsed = shape.safeParse(given(source))
  const renamed = Object.entries(RENAMED).filter(([old]) => given(source)[old] !== undefined)
  if (parsed.success && renamed.length === 0) return parsed.data
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    ...renamed.map(([old, name]) => `${old}: is called ${name} now`),
  ]
  throw new Error(`The environment is not right:\n  ${problems.join('\n  ')}`)
}

/** An empty variable, as a compose file leaves it, is one that was not given. */
function given(source: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
}

/** A key for one purpose, derived from the one secret, so that a cookie's key is never a session's key. */
export function secretFor(env: Pick<Env, 'PAYONCE_SECRET'>, purpose: string): string {
  return createHash('sha256').update(`${purpose}\0${env.PAYONCE_SECRET}`).digest('base64url')
}

/** The environment of a child process: ours, with changes. A change to `undefined` takes the variable away. */
export function childEnv(changes: Partial<NodeJS.ProcessEnv> = {}): NodeJS.ProcessEnv {
  const merged = { ...process.env, ...changes }
  return Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined),
  ) as NodeJS.ProcessEnv
}

/** Sets variables for this process and its children: the browser tests pass the product's address to their workers. */
export function passOn(values: Record<string, string>): void {
  Object.assign(process.env, values)
}
