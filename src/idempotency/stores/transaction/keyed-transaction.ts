import { randomUUID } from 'node:crypto'
import { pause, systemClock } from '../../core/clock'
import { answerExpired, inProgress, keyReused } from '../../core/engine-problems'
import { differing, fieldHashes } from '../../core/fields'
import { FINGERPRINT_VERSION, fingerprint, recordId, subjectIdOf } from '../../core/fingerprint'
import { keyProblem } from '../../core/key'
import { type Answer, type Claim, decide } from '../../core/record'
import { type NewRecord, StoreUnavailable } from '../../core/store'
import type { Waiters } from '../../core/waiters'
import { ProblemError } from '../../problems'
import { claimUpsert, type PrismaStore } from '../prisma'
import { classify, isOfOneRow } from '../prisma-errors'
import type { IdempotentRequest, IdempotentResult, WorkArguments } from './request'
import { checkOperation, scopeOf } from './scope'
import type { TransactionOf, TransactionSettings, UserClient } from './settings'
import { answerOf, RefusalValue, RequestRefused, refusalIn } from './stored-result'
import { completeInTransaction, limitLockWait, restoreLockWait } from './transaction-sql'

/** Pauses between two reads of a request that waits for another one of this process, in milliseconds. It is woken earlier. */
const RECHECK_MS = [25, 50, 100, 200, 400]

/** Transactions in a row that ended in a conflict. 5: a conflict is over in milliseconds, or it is not a passing one. */
const TRIES_MAX = 5

/** Prisma's own limit lies this much later, in milliseconds: it only ends what hangs in the commit. */
const CLOSING_MS = 1_000

/** 50 ms: even a request that has no time left takes a key that is free. */
const LOCK_WAIT_MIN_MS = 50

interface Parts {
  client: UserClient
  store: PrismaStore
  waiters: Waiters
  settings: TransactionSettings
}

/** Another transaction has committed a record under this key: ours is undone, so that the record can be read. */
class KeyTaken extends Error {}

/** How far a transaction came before its error. */
interface Place {
  claiming: boolean
  /** The error that the work itself threw, to be told from those of the transaction around it. */
  byWork: { error: unknown } | null
}

/** What a transaction has stored. */
interface Completed {
  answer: Answer
  createdAt: Date
  expiresAt: Date
}

/** `again`: read the record anew. `wait`: another request of this process is at it. */
type Next = { done: IdempotentResult<unknown> } | 'again' | 'wait'

/**
 * One request, whose work is one transaction with its record: read the record, decide, act; if another request was faster, read again.
 *
 * Two requests meet at the unique key of the record. The INSERT of the second waits until the first has ended: after a rollback it
 * inserts its own row, after a commit it gets the row of the first (ON CONFLICT DO UPDATE locks the newest version, also under
 * READ COMMITTED), sees a token that is not its own, undoes its transaction and reads the answer with a new snapshot.
 */
export class KeyedTransaction<Client extends UserClient, Input extends object> {
  private readonly record: NewRecord
  private readonly until: number
  private tries = 0

  constructor(
    private readonly parts: Parts,
    private readonly request: IdempotentRequest<Input>,
    private readonly work: (args: WorkArguments<Client, Input>) => Promise<unknown>,
  ) {
    this.record = recordOf(request, parts.settings.secrets)
    const { status = 200 } = request
    if (!Number.isInteger(status) || status < 200 || status > 299)
      throw new TypeError(
        `${request.operation}: \`status\` is a status of HTTP from 200 to 299, such as 201.`,
      )
    if (typeof work !== 'function')
      throw new TypeError(`${request.operation}: the second argument is the work: async ({ tx, input }) => …`)
    this.until = Date.now() + parts.settings.waitMs
  }

  async reply(): Promise<IdempotentResult<unknown>> {
    for (let round = 0; ; ) {
      const next = await this.readAndAct()
      if (next === 'again') continue
      if (next !== 'wait') return next.done
      if (Date.now() >= this.until) throw new ProblemError(inProgress())
      await this.parts.waiters.sleep(this.record.id, RECHECK_MS[Math.min(round++, 4)] ?? 400)
    }
  }

  /** A replay ends here: one read, no transaction, no write. */
  private async readAndAct(): Promise<Next> {
    const { store, waiters, settings } = this.parts
    const { merchantId, id } = this.record
    const { input, volatile = [] } = this.request
    const row = await waiters.readFresh(id, () => store.read(merchantId, id))
    const decision = decide(row, (version) => fingerprint(input, volatile, version))
    switch (decision.kind) {
      case 'start':
        return this.enter()
      case 'replay':
        return { done: this.done(decision.answer, decision.row, true) }
      case 'mismatch':
        throw new ProblemError(keyReused(differing(decision.row.fields, input, volatile, settings.secrets)))
      case 'expired':
        throw new ProblemError(answerExpired({}))
      // Records that an `Engine` has begun under this operation.
      case 'busy':
      case 'take-over':
      case 'unknown':
        return 'wait'
      case 'damaged':
        throw new ProblemError({
          kind: 'record-damaged',
          detail: 'The record under this key cannot be read. Nothing was executed.',
        })
    }
  }

  /** One transaction at a time for each key of this process: the others wait without a connection of the pool. */
  private async enter(): Promise<Next> {
    const { waiters } = this.parts
    if (!waiters.enter(this.record.id)) return 'wait'
    try {
      return await this.transaction()
    } finally {
      waiters.leave(this.record.id, true)
    }
  }

  private async transaction(): Promise<Next> {
    const { client, settings } = this.parts
    const place: Place = { claiming: true, byWork: null }
    const waitMs = Math.max(LOCK_WAIT_MIN_MS, this.until - Date.now())
    const options = {
      maxWait: settings.maxWaitMs,
      timeout: waitMs + settings.timeoutMs + CLOSING_MS,
      ...(settings.isolationLevel ? { isolationLevel: settings.isolationLevel } : {}),
    }
    const inOneCommit = async (tx: UserClient): Promise<Completed> => {
      const claim = await this.claim(tx, waitMs)
      place.claiming = false
      const executed = this.execute(tx).catch((error: unknown) => {
        place.byWork = { error }
        throw error
      })
      const returned = await this.withinTime(executed)
      return this.complete(tx, claim, returned)
    }
    let completed: Completed
    try {
      completed = await client.$transaction(inOneCommit, options)
    } catch (error) {
      return this.afterError(error, place)
    }
    return { done: this.done(completed.answer, completed, false) }
  }

  /** @throws KeyTaken when the record is another one's */
  private async claim(tx: UserClient, waitMs: number): Promise<Claim> {
    const { merchantId, id, subjectId: _, ...columns } = this.record
    const claim = { merchantId, id, token: randomUUID(), fence: 1 }
    const [limit] = await tx.$queryRaw(limitLockWait(waitMs))
    const row = await tx.idempotencyRecord.upsert(
      claimUpsert({ merchantId, id, ...columns, token: claim.token, worker: `node ${process.pid}` }),
    )
    if (row.token !== claim.token) throw new KeyTaken()
    await tx.$queryRaw(restoreLockWait(limit.before))
    return claim
  }

  private async execute(tx: UserClient): Promise<unknown> {
    return this.work({
      tx: tx as unknown as TransactionOf<Client>,
      input: this.request.input,
      id: this.record.subjectId,
      refuse: (refusal) => new RefusalValue(refusal),
    })
  }

  /** Prisma's own limit would count the wait for the key as well. */
  private async withinTime<T>(executed: Promise<T>): Promise<T> {
    const { timeoutMs } = this.parts.settings
    let cancel = () => {}
    const over = new Promise<never>((_, reject) => {
      cancel = systemClock.after(timeoutMs, () => reject(new WorkTooLong(this.request.operation, timeoutMs)))
    })
    return Promise.race([executed, over]).finally(cancel)
  }

  private async complete(tx: UserClient, claim: Claim, returned: unknown): Promise<Completed> {
    const { operation, status = 200 } = this.request
    const answer = answerOf(operation, status, returned)
    const [row] = await tx.$queryRaw(
      completeInTransaction(claim, this.record.subjectId, answer, this.parts.settings.retentionDays),
    )
    if (!row)
      throw new Error(`The record of ${operation} was deleted by its own work. Nothing was committed.`)
    return { answer, createdAt: row.createdAt, expiresAt: row.expiresAt }
  }

  /** The transaction was rolled back, or its commit was not heard of. @throws the error, unless reading the record again helps */
  private async afterError(error: unknown, { claiming, byWork }: Place): Promise<Next> {
    if (error instanceof WorkTooLong) throw error
    if (error instanceof KeyTaken) return this.mayTryAgain() ? 'again' : 'wait'
    const kind = classify(error)
    if (byWork?.error === error) {
      // Of its other errors nothing is known: it is up to the caller to send the key again.
      if (kind === 'retry' && this.mayTryAgain()) return this.afterPause()
      throw error
    }
    if (claiming && isOfOneRow(error)) throw new ProblemError(inProgress())
    const conflict = kind === 'retry' || (kind === 'race' && claiming)
    if (conflict && this.mayTryAgain()) return this.afterPause()
    // The record shows whether it was committed. While it still may be, the next INSERT waits for it.
    if (kind === 'unknown' && this.tries === 0 && this.mayTryAgain()) return this.afterPause()
    if (!claiming && isClosed(error))
      throw new WorkTooLong(this.request.operation, this.parts.settings.timeoutMs, error)
    if (kind === 'definite' || kind === 'refused') throw error
    throw new StoreUnavailable('The database cannot be reached. Send the same key again.', {
      cause: error,
      maybeDone: kind === 'unknown',
    })
  }

  private mayTryAgain(): boolean {
    this.tries += 1
    return this.tries < TRIES_MAX
  }

  private async afterPause(): Promise<'again'> {
    await pause(systemClock, Math.random() * 20 * 2 ** this.tries)
    return 'again'
  }

  /** @throws RequestRefused for a stored refusal */
  private done(
    answer: Answer,
    row: { createdAt: Date; expiresAt: Date },
    replayed: boolean,
  ): IdempotentResult<unknown> {
    const refusal = refusalIn(answer)
    if (refusal) throw new RequestRefused(refusal, answer.body, replayed)
    return {
      // Read from the stored text the first time too, so that a replay cannot differ from it.
      result: JSON.parse(answer.body) as IdempotentResult<unknown>['result'],
      body: answer.body,
      status: answer.status,
      replayed,
      firstExecutedAt: row.createdAt,
      expiresAt: row.expiresAt,
    }
  }
}

/** The work took longer than `timeoutMs`: all of it was rolled back, and its key is free. */
export class WorkTooLong extends Error {
  override name = 'WorkTooLong'
  constructor(operation: string, timeoutMs: number, cause?: unknown) {
    super(
      `${operation} took longer than ${timeoutMs} ms, so all of it was rolled back and its key is free. Do less in one transaction, or set \`timeoutMs\`. What is asked outside (a bank, a mail server) belongs into an Engine's operation.`,
      { cause },
    )
  }
}

/** Prisma has ended the transaction because its time was over. */
function isClosed(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'P2028'
}

/** True for what a JSON body can be: its members are all that it is. */
function isRecord(input: object): boolean {
  const prototype = Object.getPrototypeOf(input)
  return prototype === null || prototype === Object.prototype || Array.isArray(input)
}

/** @throws ProblemError for a key that is none; TypeError for a wrong call */
function recordOf<Input extends object>(
  { operation, key, scope, input, volatile = [] }: IdempotentRequest<Input>,
  secrets: readonly string[],
): NewRecord {
  checkOperation(operation)
  const { merchantId, actor } = scopeOf(operation, scope)
  if (typeof input !== 'object' || input === null)
    throw new TypeError(
      `${operation}: \`input\` is the parsed input, an object. Without it another request under the same key could not be told from a retry. Write {} where there is none.`,
    )
  if (!isRecord(input))
    throw new TypeError(
      `${operation}: \`input\` must be a plain object or an array, as a JSON body is. Of a Promise, a Map, a FormData or a Request nothing could be compared: await it, or write its values into an object.`,
    )
  const problem = keyProblem(key)
  if (problem) throw new ProblemError(problem)
  const id = recordId({ merchantId, actor }, operation, key as string)
  const [secret] = secrets
  return {
    merchantId,
    id,
    scope: actor,
    operation,
    key: key as string,
    fingerprint: fingerprint(input, volatile) as string,
    fingerprintVersion: FINGERPRINT_VERSION,
    fields: secret === undefined ? '{}' : fieldHashes(input, volatile, secret),
    subjectId: subjectIdOf(id),
  }
}
