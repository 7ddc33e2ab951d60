import { randomUUID } from 'node:crypto'
import { systemClock } from '../../core/clock'
import type { Transformer } from '../../core/transformer'
import { Waiters } from '../../core/waiters'
import { PrismaStore } from '../prisma'
import { assertSchema } from './check-schema'
import { KeyedTransaction } from './keyed-transaction'
import type { IdempotentRequest, IdempotentResult, WorkArguments } from './request'
import { type IdempotentOptions, settingsOf, type UserClient } from './settings'

/**
 * Does the work of a request once per key. Made by `createIdempotent`.
 * @typeParam Typed it was made with a transformer, so results keep their types
 */
export interface Idempotent<Client extends UserClient, Typed extends boolean = false> {
  /**
   * Runs `work` in one transaction with the record of its key, or gives back the stored answer.
   *
   * `work` may be run more than once (a deadlock, a serialization failure), and only one run is committed: it writes with `tx`, and asks
   * nobody outside. When it throws, all is rolled back and the key is free again.
   * @throws RequestRefused the stored refusal
   * @throws ProblemError key-missing, key-invalid, key-reused, in-progress, answer-expired: nothing was done by this request
   * @throws StoreUnavailable the database cannot be reached: send the same key again
   * @throws TypeError for a wrong call, and SchemaIncomplete when the database lacks the tables
   * @throws what `work` throws
   */
  <Input extends object, Result>(
    request: IdempotentRequest<Input>,
    work: (args: WorkArguments<Client, Input>) => Promise<Result>,
  ): Promise<IdempotentResult<Result, Typed>>
  /** Call once when the server starts. @throws SchemaIncomplete naming all that the database lacks */
  ready(): Promise<void>
  /** Call now and then: turns up to `limit` answers whose retention is over into tombstones. @returns the number changed */
  expire(limit?: number): Promise<number>
}

/**
 * Makes the function that does work once per idempotency key: record, answer and your own rows are ONE commit in your own database.
 *
 *     const idempotent = createIdempotent({ prisma })
 *     const { result } = await idempotent(
 *       { operation: 'purchases.create', key, scope: user.id, input },
 *       async ({ tx, input, id }) => tx.purchase.create({ data: { id, ...input } }),
 *     )
 *
 * For work that asks someone outside (a bank, a mail server), use `Engine` and `defineOperation`.
 * @throws TypeError for an option that is wrong, with what to write instead
 */
export function createIdempotent<Client extends UserClient>(
  options: IdempotentOptions<Client> & { transformer: Transformer },
): Idempotent<Client, true>
export function createIdempotent<Client extends UserClient>(
  options: IdempotentOptions<Client>,
): Idempotent<Client>
export function createIdempotent<Client extends UserClient>(
  options: IdempotentOptions<Client>,
): Idempotent<Client> {
  const settings = settingsOf('createIdempotent', options)
  const client: UserClient = options.prisma
  const store = new PrismaStore(client, `node ${process.pid}`, randomUUID)
  const waiters = new Waiters(systemClock)
  let checked: Promise<void> | null = null
  const ready = () => {
    checked ??= assertSchema(client).catch((error: unknown) => {
      checked = null
      throw error
    })
    return checked
  }
  const run = async <Input extends object, Result>(
    request: IdempotentRequest<Input>,
    work: (args: WorkArguments<Client, Input>) => Promise<Result>,
  ): Promise<IdempotentResult<Result>> => {
    const keyed = new KeyedTransaction<Client, Input>({ client, store, waiters, settings }, request, work)
    await ready()
    return (await keyed.reply()) as IdempotentResult<Result>
  }
  return Object.assign(run, { ready, expire: (limit = 1_000) => store.expireAnswers(limit) })
}
