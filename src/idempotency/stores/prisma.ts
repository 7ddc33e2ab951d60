import { type Sql, sqltag as sql } from '@prisma/client/runtime/client'
import type { Claim, IdempotencyRow } from '../core/record'
import {
  type BeginOf,
  type BeginOutcome,
  CEILING_LEASES,
  type Claimed,
  CommitRefused,
  type DoubtedRecord,
  type NewRecord,
  type Store,
  type StoredOutcome,
  StoreUnavailable,
} from '../core/store'
import type { CommitCall, LostCommits } from './batches'
import { callDatabase } from './prisma-errors'
import {
  anyRow,
  type LeaseRow,
  leaseRow,
  lostClaimRow,
  lostCommitRow,
  overdueRow,
  passedRow,
  recordRow,
} from './record-rows'
import * as statements from './record-sql'
import { compared, type RowShape } from './rows'
import type { SqlForm, SqlWrite } from './sql'

/**
 * The part of a Prisma client that the store needs. Any generated client with the model `IdempotencyRecord`
 * fits.
 */
export interface PrismaLike {
  // biome-ignore lint/suspicious/noExplicitAny: a generated client's own generics differ from project to project
  $queryRaw(query: Sql): any
  // biome-ignore lint/suspicious/noExplicitAny: the same
  $transaction(queries: any[]): Promise<any[]>
  // biome-ignore lint/suspicious/noExplicitAny: the same
  idempotencyRecord: { upsert(args: any): any }
}

/** Default duration of a lease. 30 s: twice the longest time that we wait for the bank. */
const LEASE_MS = 30_000

/**
 * Records in PostgreSQL, through Prisma. A replay is one read and no write; an execution is two commits.
 * Needs the table `idempotency_record` and the function `expect_rows` of this repository's migrations.
 */
export class PrismaStore implements Store<SqlForm>, LostCommits<SqlForm> {
  private readonly lease: Sql

  /**
   * @param worker name of this process, stored with each claim
   * @param newToken makes a UUID for each claim
   * @param leaseMs how long a claim lasts without being renewed, in milliseconds
   * @param ours condition on `merchant_id`: records that this process may settle. Others on the same database are left to theirs
   */
  constructor(
    private readonly client: PrismaLike,
    private readonly worker: string,
    private readonly newToken: () => string,
    readonly leaseMs = LEASE_MS,
    private readonly ours: Sql = sql`true`,
  ) {
    this.lease = statements.milliseconds(leaseMs)
  }

  async read(merchantId: string, id: string): Promise<IdempotencyRow | null> {
    const rows = await this.repeatable(recordRow, statements.readRecord(merchantId, id))
    return rows[0] ?? null
  }

  /**
   * ONE atomic statement decides who executes: Prisma's native `INSERT … ON CONFLICT DO UPDATE`. `create`
   * writes this caller's token, `update` sets a column to its own value (an empty `update` would make Prisma
   * SELECT first, and racing callers fail), and the returned row shows which token is stored. `begin` is part
   * of the same commit and does nothing unless the claim is ours.
   */
  async claim(record: NewRecord, begin: BeginOf<SqlForm>): Promise<Claimed | null> {
    const claim = { merchantId: record.merchantId, id: record.id, token: this.newToken(), fence: 1 }
    return this.take(claim, record, begin, () => this.upsert(record, claim.token))
  }

  // Not `updateMany`: only SQL can compare the lease with the database's own clock.
  async takeOver(record: NewRecord, fence: number, begin: BeginOf<SqlForm>): Promise<Claimed | null> {
    const claim = { merchantId: record.merchantId, id: record.id, token: this.newToken(), fence: fence + 1 }
    return this.take(claim, record, begin, () =>
      this.client.$queryRaw(statements.takeOverRecord(claim, record, this.taker(claim.token))),
    )
  }

  async renew(claim: Claim): Promise<boolean> {
    const ceiling = statements.milliseconds(CEILING_LEASES * this.leaseMs)
    return (await this.repeatable(anyRow, statements.renewRecord(claim, this.lease, ceiling))).length === 1
  }

  async commit(claim: Claim, next: StoredOutcome<SqlForm>): Promise<boolean> {
    return this.unlessLost(statements.inOneCommit(statements.settleRecord(claim, next), next.writes))
  }

  async release(claim: Claim): Promise<boolean> {
    return (await this.once(anyRow, statements.releaseRecord(claim))).length === 1
  }

  async takeOverdue(operation: string, limit: number): Promise<DoubtedRecord[]> {
    return this.overdue(statements.takeOverdue(operation, limit, this.taker(this.newToken()), this.ours))
  }

  async takeInDoubt(operation: string, merchantId: string, id: string): Promise<DoubtedRecord | null> {
    const [taken] = await this.overdue(
      statements.takeOneInDoubt({ operation, merchantId, id }, this.taker(this.newToken()), this.ours),
    )
    return taken ?? null
  }

  async unpark(merchantId: string, id: string, writes: SqlWrite[]): Promise<boolean> {
    return this.unlessLost(statements.inOneCommit(statements.unparkRecord(merchantId, id), writes))
  }

  async markOverdue(limit: number): Promise<number> {
    const [row] = await this.once(passedRow, statements.markOverdue(limit))
    return row?.passed ?? 0
  }

  async endFarLeases(longestPauseMs: number, limit: number): Promise<number> {
    const longest = statements.milliseconds(Math.max(longestPauseMs, this.leaseMs))
    return (await this.once(anyRow, statements.endFarLeases(longest, limit))).length
  }

  async reap(limit: number): Promise<number> {
    return (await this.once(anyRow, statements.reapRecords(limit))).length
  }

  async expireAnswers(limit: number): Promise<number> {
    return (await this.once(anyRow, statements.expireAnswers(limit))).length
  }

  async findClaim(claim: Claim): Promise<Claimed | null> {
    const [row] = await this.repeatable(lostClaimRow, statements.findClaim(claim))
    return row
      ? this.claimed(claim, row, row.state === 'sending' ? { kind: 'answer-lost' } : { kind: 'refused' })
      : null
  }

  async findCommit({ claim, next }: CommitCall<SqlForm>): Promise<boolean | null> {
    const [row] = await this.repeatable(lostCommitRow, statements.findCommit(claim, next))
    return row ? row.stored || null : false
  }

  private async take(
    claim: Claim,
    record: NewRecord,
    begin: BeginOf<SqlForm>,
    claiming: () => unknown,
  ): Promise<Claimed | null> {
    const first = statements.beginRecord(claim, record.subjectId, begin(statements.CLAIM_ROWS), this.lease)
    // A Prisma promise runs once: each try makes its own.
    const commit = () => this.client.$transaction([claiming(), this.client.$queryRaw(first)])
    try {
      const [row, begun] = await callDatabase(commit, { race: true })
      return this.claimed(
        claim,
        Array.isArray(row) ? compared(leaseRow, row)[0] : row,
        begun[0] ? { kind: 'written', row: begun[0] } : { kind: 'refused' },
      )
    } catch (error) {
      return this.recoverLostAnswer(claim, error)
    }
  }

  private upsert(record: NewRecord, token: string) {
    const { subjectId: _, ...columns } = record
    return this.client.idempotencyRecord.upsert(claimUpsert({ ...columns, token, worker: this.worker }))
  }

  private claimed(claim: Claim, row: LeaseRow | undefined, begun: BeginOutcome): Claimed | null {
    return row?.token === claim.token
      ? { claim, begun, createdAt: row.createdAt, expiresAt: row.expiresAt }
      : null
  }

  /**
   * The connection broke, perhaps after the commit: a read on another connection shows whether our token is
   * in the row (N7a).
   */
  private async recoverLostAnswer(claim: Claim, error: unknown): Promise<Claimed | null> {
    if (!(error instanceof StoreUnavailable) || !error.maybeDone) throw error
    const found = await this.findClaim(claim)
    if (!found) throw error
    return found
  }

  private async overdue(take: Sql): Promise<DoubtedRecord[]> {
    const rows = await this.once(overdueRow, take)
    return rows.map(({ subjectId, tries, failures, ...claim }) => ({ claim, subjectId, tries, failures }))
  }

  /**
   * False when the lease was lost: then the record's row does not match, and `expect_rows` undoes the writes
   * too.
   */
  private async unlessLost(commit: Sql): Promise<boolean> {
    try {
      await this.once(anyRow, commit)
      return true
    } catch (error) {
      if (error instanceof CommitRefused && error.write === 'record') return false
      throw error
    }
  }

  private taker(token: string): statements.Taker {
    return { token, worker: this.worker, lease: this.lease }
  }

  private async once<Row>(shape: RowShape<Row>, query: Sql): Promise<Row[]> {
    return compared(shape, await callDatabase<Row[]>(() => this.client.$queryRaw(query)))
  }

  /**
   * For statements that are harmless when repeated: after a broken connection they run once more, on another
   * one.
   */
  private async repeatable<Row>(shape: RowShape<Row>, query: Sql): Promise<Row[]> {
    return compared(shape, await callDatabase<Row[]>(() => this.client.$queryRaw(query), { repeat: true }))
  }
}

/** The arguments of the upsert that claims a key: `create` has all columns of a new record. */
export function claimUpsert<Of extends Pick<NewRecord, 'merchantId' | 'id' | 'key'>>(
  create: Of,
  key = create.key,
) {
  return {
    where: { merchantId_id: { merchantId: create.merchantId, id: create.id } },
    create,
    update: { key },
    select: { token: true, fence: true, createdAt: true, expiresAt: true },
  }
}
