import { checkNames } from '../../core/check-options'
import { type ChoiceBounds, numberWithin, RETENTION_DAYS, WAIT_MS } from '../../core/policy'
import { checkTransformer, type Transformer } from '../../core/transformer'
import type { PrismaLike } from '../prisma'

/**
 * The part of a Prisma client that is needed: interactive transactions, raw queries, and the model `IdempotencyRecord` of the schema
 * fragment.
 */
export interface UserClient {
  // biome-ignore lint/suspicious/noExplicitAny: a generated client's own generics differ from project to project
  $queryRaw(query: any, ...values: any[]): any
  // biome-ignore lint/suspicious/noExplicitAny: the same
  $transaction(...args: any[]): any
  // biome-ignore lint/suspicious/noExplicitAny: the same
  idempotencyRecord: { upsert(args: any): any }
}

/** The client inside an interactive transaction. */
export type TransactionOf<Client> = Omit<
  Client,
  '$transaction' | '$connect' | '$disconnect' | '$on' | '$use' | '$extends'
>

/** Isolation levels of PostgreSQL, as Prisma names them. */
export type IsolationLevel = 'ReadCommitted' | 'RepeatableRead' | 'Serializable'

/** Options of `createIdempotent`. */
export interface IdempotentOptions<Client extends UserClient> {
  /** Your own PrismaClient. */
  prisma: Client
  /** How long a request waits for another one with the same key, in milliseconds, 0 to 60,000. 5,000 by default. */
  waitMs?: number
  /** How long the work may take, in milliseconds, 1 to 600,000; then all of it is rolled back. 5,000 by default, as in Prisma. */
  timeoutMs?: number
  /** How long a request may wait for a connection of the pool, in milliseconds, 1 to 60,000. 2,000 by default, as in Prisma. */
  maxWaitMs?: number
  /** How long an answer is replayed, in days, 1 to 3,650. 30 by default. Afterwards a retry is refused, never executed. */
  retentionDays?: number
  /** Isolation of the transaction. The database's own by default (READ COMMITTED). */
  isolationLevel?: IsolationLevel
  /**
   * A secret of the server, of 16 characters or more. With it a *key-reused* problem names the fields that differ. The newest first, where
   * it was changed.
   */
  secret?: string | readonly string[]
  /**
   * Keeps every type that it knows, such as `superjson`: inputs are compared by it, and a result comes back as it was, with its `Date`, `bigint`
   * and `Map`. Without it both are JSON. It may be added later: an answer from before is replayed as the JSON that it was. It may not be taken away
   * while records are kept: a retry would get *record-damaged*.
   */
  transformer?: Transformer
}

/** Options with every default filled in. */
export interface TransactionSettings {
  waitMs: number
  timeoutMs: number
  maxWaitMs: number
  retentionDays: number
  isolationLevel: IsolationLevel | undefined
  secrets: readonly string[]
  transformer: Transformer | undefined
}

const NUMBERS = {
  waitMs: WAIT_MS,
  timeoutMs: { least: 1, most: 600_000, usual: 5_000, unit: 'milliseconds' },
  maxWaitMs: { least: 1, most: 60_000, usual: 2_000, unit: 'milliseconds' },
  retentionDays: RETENTION_DAYS,
} as const satisfies Record<string, ChoiceBounds>

const LEVELS: readonly unknown[] = ['ReadCommitted', 'RepeatableRead', 'Serializable', undefined]
const KNOWN = ['prisma', ...Object.keys(NUMBERS), 'isolationLevel', 'secret', 'transformer']
/** 16 characters: with fewer a hash of "24.00" could be found by trying secrets. */
const SECRET_MIN = 16

/**
 * Checks the options when the function is built, not when the first customer pays.
 * @param caller name of the function, for the message
 * @throws TypeError that says what to write instead
 */
export function settingsOf(caller: string, options: IdempotentOptions<UserClient>): TransactionSettings {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${caller} takes one object: ${caller}({ prisma }).`)
  checkNames(caller, options, KNOWN)
  checkClient(caller, options.prisma)
  if (!LEVELS.includes(options.isolationLevel))
    throw new TypeError(
      `${caller}: \`isolationLevel\` is 'ReadCommitted', 'RepeatableRead' or 'Serializable', or left out.`,
    )
  checkTransformer(caller, options.transformer)
  return {
    waitMs: numberOf(caller, 'waitMs', options.waitMs),
    timeoutMs: numberOf(caller, 'timeoutMs', options.timeoutMs),
    maxWaitMs: numberOf(caller, 'maxWaitMs', options.maxWaitMs),
    retentionDays: numberOf(caller, 'retentionDays', options.retentionDays),
    isolationLevel: options.isolationLevel,
    secrets: secretsOf(caller, options.secret),
    transformer: options.transformer,
  }
}

/** What an operation may have for itself. */
type Policy = Partial<Pick<TransactionSettings, 'waitMs' | 'retentionDays'>>

/**
 * The part of the settings that an operation has for itself; empty where it has none.
 * @throws TypeError that says what to write instead
 */
export function policyOf(caller: string, own: { [Name in keyof Policy]: Policy[Name] | undefined }): Policy {
  const { waitMs, retentionDays } = own
  return {
    ...(waitMs === undefined ? {} : { waitMs: numberOf(caller, 'waitMs', waitMs) }),
    ...(retentionDays === undefined
      ? {}
      : { retentionDays: numberOf(caller, 'retentionDays', retentionDays) }),
  }
}

/** @throws TypeError for what is not a client, is a client inside a transaction, or has not the model */
export function checkClient(caller: string, client: unknown): asserts client is PrismaLike {
  const { $queryRaw, $transaction, idempotencyRecord } = (client ?? {}) as Partial<UserClient>
  if (typeof $queryRaw !== 'function')
    throw new TypeError(
      `${caller}: \`prisma\` is not a PrismaClient. Write ${caller}({ prisma: new PrismaClient({ adapter }) }).`,
    )
  if (typeof $transaction !== 'function')
    throw new TypeError(
      `${caller}: \`prisma\` is a client inside a transaction. Pass the PrismaClient itself; the transaction is begun for you.`,
    )
  if (typeof idempotencyRecord?.upsert !== 'function')
    throw new TypeError(
      `${caller}: \`prisma\` has no model IdempotencyRecord. Copy node_modules/@payonce/idempotency/prisma/idempotency.prisma into your schema and run \`npx prisma generate\`.`,
    )
}

function numberOf(caller: string, name: keyof typeof NUMBERS, value: unknown): number {
  return numberWithin(caller, name, NUMBERS[name], value)
}

function secretsOf(caller: string, secret: unknown): readonly string[] {
  if (secret === undefined) return []
  const secrets: unknown[] = Array.isArray(secret) ? secret : [secret]
  if (secrets.length === 0 || !secrets.every((one) => typeof one === 'string' && one.length >= SECRET_MIN))
    throw new TypeError(
      `${caller}: \`secret\` needs ${SECRET_MIN} characters or more (a list of such texts where it was changed, the newest first). Make one with \`openssl rand -base64 32\`, or leave it out.`,
    )
  return secrets as string[]
}
