import { randomUUID } from 'node:crypto'
import { isKept } from '../../core/answer-size'
import { pause, systemClock } from '../../core/clock'
import { inProgress } from '../../core/engine-problems'
import { type KeptHeaders, keptHeader } from '../../core/kept-headers'
import type { Answer, Claim } from '../../core/record'
import { type NewRecord, StoreUnavailable } from '../../core/store'
import { ProblemError } from '../../problems'
import { claimUpsert } from '../prisma'
import { classify, isOfOneRow } from '../prisma-errors'
import type { IdempotentRequest, WorkArguments } from './request'
import type { TransactionOf, TransactionSettings, UserClient } from './settings'
import { answerOf, RefusalValue } from './stored-result'
import { completeInTransaction, limitLockWait, restoreLockWait } from './transaction-sql'

/** Transactions in a row that ended in a conflict. 5: a conflict is over in milliseconds, or it is not a passing one. */
const TRIES_MAX = 5

/** Prisma's own limit lies this much later, in milliseconds: it only ends what hangs in the commit. */
const CLOSING_MS = 1_000

/** 50 ms: even a request that has no time left takes a key that is free. */
const LOCK_WAIT_MIN_MS = 50

/** Another transaction has committed a record under this key: ours is undone, so that the record can be read. */
class KeyTaken extends Error {}

/** How far a transaction came before its error. */
interface Place {
  claiming: boolean
  /** The error that the work itself threw, to be told from those of the transaction around it. */
  byWork: { error: unknown } | null
}

/** What a transaction has stored. */
export interface Completed {
  answer: Answer
  createdAt: Date
  expiresAt: Date
}

/** A request whose work is to be committed with its record. */
export interface CommitParts<Client, Input extends object> {
  client: UserClient
  settings: TransactionSettings
  record: NewRecord
  request: IdempotentRequest<Input>
  work: (args: WorkArguments<Client, Input>) => Promise<unknown>
  /** When the wait for the key is over, in milliseconds since the epoch. */
  until: number
}

/**
 * ONE transaction: the record of the key, the work, and the answer. `again`: read the record anew. `wait`: another request is at it.
 *
 * Two requests meet at the unique key of the record. The INSERT of the second waits until the first has ended: after a rollback it
 * inserts its own row, after a commit it gets the row of the first (ON CONFLICT DO UPDATE locks the newest version, also under
 * READ COMMITTED), sees a token that is not its own, undoes its transaction and reads the answer with a new snapshot.
 */
export class KeyedCommit<Client extends UserClient, Input extends object> {
  private tries = 0
  /** Of the run of the work that is under way: one that is rolled back gives none. */
  private headers: KeptHeaders = {}

  constructor(private readonly parts: CommitParts<Client, Input>) {}

  /** Runs the work, or learns why it need not. @throws what the work throws, and the errors of the database */
  async run(): Promise<Completed | 'again' | 'wait'> {
    const { client, settings } = this.parts
    const place: Place = { claiming: true, byWork: null }
    const waitMs = Math.max(LOCK_WAIT_MIN_MS, this.parts.until - Date.now())
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
    try {
      return await client.$transaction(inOneCommit, options)
    } catch (error) {
      return this.afterError(error, place)
    }
  }

  /** @throws KeyTaken when the record is another one's */
  private async claim(tx: UserClient, waitMs: number): Promise<Claim> {
    const { merchantId, id, subjectId: _, ...columns } = this.parts.record
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
    this.headers = {}
    return this.parts.work({
      tx: tx as unknown as TransactionOf<Client>,
      input: this.parts.request.input,
      id: this.parts.record.subjectId,
      header: (name, value) => {
        this.headers = { ...this.headers, ...keptHeader(name, value) }
      },
      refuse: (refusal) => new RefusalValue(refusal),
    })
  }

  /** Prisma's own limit would count the wait for the key as well. */
  private async withinTime<T>(executed: Promise<T>): Promise<T> {
    const { timeoutMs } = this.parts.settings
    let cancel = () => {}
    const over = new Promise<never>((_, reject) => {
      cancel = systemClock.after(timeoutMs, () =>
        reject(new WorkTooLong(this.parts.request.operation, timeoutMs)),
      )
    })
    return Promise.race([executed, over]).finally(cancel)
  }

  private async complete(tx: UserClient, claim: Claim, returned: unknown): Promise<Completed> {
    const { operation, status = 200 } = this.parts.request
    const answer = {
      ...answerOf(operation, status, returned, this.parts.settings.transformer),
      headers: this.headers,
    }
    const [row] = await tx.$queryRaw(
      completeInTransaction(
        claim,
        this.parts.record.subjectId,
        isKept(answer.body) ? answer : null,
        this.parts.settings.retentionDays,
      ),
    )
    if (!row)
      throw new Error(`The record of ${operation} was deleted by its own work. Nothing was committed.`)
    return { answer, createdAt: row.createdAt, expiresAt: row.expiresAt }
  }

  /** The transaction was rolled back, or its commit was not heard of. @throws the error, unless reading the record again helps */
  private async afterError(error: unknown, { claiming, byWork }: Place): Promise<'again' | 'wait'> {
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
      throw new WorkTooLong(this.parts.request.operation, this.parts.settings.timeoutMs, error)
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
