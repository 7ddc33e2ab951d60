import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client'
import type { Finish } from '../core/operation'
import type { Claim, IdempotencyRow } from '../core/record'
import type { Claimed, NewRecord, Overdue, Store } from '../core/store'
import { callDatabase } from './prisma-errors'

/**
 * One write as a value. A `begin` is an INSERT … RETURNING that selects from the CTE `mine`, which has a row only for the
 * one who holds the claim. Any other write says in `rows` how many rows it must touch.
 */
export interface SqlWrite {
  name: string
  sql: Sql
  rows: number
}

/** The part of a Prisma client that the store needs, so that any generated client with the model fits. */
export interface PrismaLike {
  // biome-ignore lint/suspicious/noExplicitAny: a generated client's own generics differ from project to project
  $queryRaw(query: Sql): any
  // biome-ignore lint/suspicious/noExplicitAny: the same
  $transaction(queries: any[]): Promise<any[]>
  // biome-ignore lint/suspicious/noExplicitAny: the same
  idempotencyRecord: { upsert(args: any): any }
}

interface LeaseRow {
  token: string
  fence: number
  createdAt: Date
  expiresAt: Date
}

/** How long a claim holds without being finished: twice the longest time that we wait for the bank. */
const LEASE = sql`interval '30 seconds'`

/** Records in PostgreSQL through Prisma. A replay is one read and no write; a fresh run is two commits. */
export class PrismaStore implements Store<SqlWrite> {
  constructor(
    private readonly client: PrismaLike,
    private readonly worker: string,
    private readonly newToken: () => string,
  ) {}

  async read(merchantId: string, id: string): Promise<IdempotencyRow | null> {
    const rows = await callDatabase<IdempotencyRow[]>(() =>
      this.client.$queryRaw(sql`
        SELECT merchant_id AS "merchantId", id, operation, fingerprint, fingerprint_version AS "fingerprintVersion", state, fence,
               lease_until < now() AS "leaseOver", subject_id AS "subjectId", status, problem, answer,
               created_at AS "createdAt", completed_at AS "completedAt", expires_at AS "expiresAt"
        FROM idempotency_record WHERE merchant_id = ${merchantId}::uuid AND id = ${id}`),
    )
    return rows[0] ?? null
  }

  /**
   * ONE atomic statement decides who executes: Prisma's native `INSERT … ON CONFLICT DO UPDATE`. `create` writes this caller's token,
   * `update` sets a column to its own value (an empty `update` would make Prisma SELECT first, and racing callers fail), and the
   * row that comes back tells whose token stands. `begin` rides in the same commit and does nothing unless the claim is ours.
   */
  async claim(record: NewRecord, begin: SqlWrite): Promise<Claimed | null> {
    const token = this.newToken()
    const claim = { merchantId: record.merchantId, id: record.id, token, fence: 1 }
    const [row, begun] = await callDatabase(() =>
      this.client.$transaction([this.upsert(record, token), this.beginStatement(claim, record.subjectId, begin)]),
    )
    return this.claimed(claim, row, begun)
  }

  private upsert(record: NewRecord, token: string) {
    const { subjectId: _, ...columns } = record
    return this.client.idempotencyRecord.upsert({
      where: { merchantId_id: { merchantId: record.merchantId, id: record.id } },
      create: { ...columns, token, worker: this.worker },
      update: { key: record.key },
      select: { token: true, fence: true, createdAt: true, expiresAt: true },
    })
  }

  async takeOver(record: NewRecord, fence: number, begin: SqlWrite): Promise<Claimed | null> {
    const claim = { merchantId: record.merchantId, id: record.id, token: this.newToken(), fence: fence + 1 }
    // Not `updateMany`: only SQL can hold the lease against the database's own clock.
    const take = () =>
      this.client.$queryRaw(sql`
        UPDATE idempotency_record SET token = ${claim.token}::uuid, fence = fence + 1, lease_until = now() + ${LEASE}, worker = ${this.worker}
        WHERE merchant_id = ${claim.merchantId}::uuid AND id = ${claim.id} AND fence = ${fence} AND state = 'claimed' AND lease_until < now()
        RETURNING token::text, fence, created_at AS "createdAt", expires_at AS "expiresAt"`)
    const [rows, begun] = await callDatabase(() => this.client.$transaction([take(), this.beginStatement(claim, record.subjectId, begin)]))
    return this.claimed(claim, rows[0], begun)
  }

  /** The record's new state and all writes of the operation, as one statement: one round trip, one commit, all or nothing. */
  async commit(claim: Claim, next: Finish<SqlWrite>): Promise<boolean> {
    const ctes = next.writes.map((write, index) => sql`, ${name(index)} AS (${write.sql})`)
    const counts = next.writes.map((write, index) => sql`, expect_rows(${write.name}, (SELECT count(*) FROM ${name(index)}), ${write.rows})`)
    // Where the lease was lost, expecting its one row undoes the writes too; there is nothing to undo in a commit without writes.
    const statement = sql`WITH record AS (${this.recordUpdate(claim, next)})${concat(ctes)} SELECT expect_rows('record', (SELECT count(*) FROM record), 1)${concat(counts)}`
    return this.unlessLost(() => callDatabase(() => this.client.$queryRaw(statement)))
  }

  async release(claim: Claim): Promise<boolean> {
    const rows = await callDatabase<unknown[]>(() =>
      this.client.$queryRaw(sql`
        UPDATE idempotency_record SET lease_until = now() - interval '1 millisecond' WHERE ${held(claim)} AND state = 'claimed' RETURNING 1`),
    )
    return rows.length === 1
  }

  async sweep(operation: string, limit: number): Promise<Overdue[]> {
    const token = this.newToken()
    const rows = await callDatabase<Array<Claim & { subjectId: string | null }>>(() =>
      this.client.$queryRaw(sql`
        UPDATE idempotency_record SET state = 'unknown', token = ${token}::uuid, fence = fence + 1, lease_until = now() + ${LEASE}, worker = ${this.worker}
        WHERE (merchant_id, id) IN (
          SELECT merchant_id, id FROM idempotency_record
          WHERE state IN ('sending', 'unknown') AND operation = ${operation} AND lease_until < now()
          ORDER BY lease_until LIMIT ${limit} FOR UPDATE SKIP LOCKED)
        RETURNING merchant_id::text AS "merchantId", id, token::text, fence, subject_id::text AS "subjectId"`),
    )
    return rows.map(({ subjectId, ...claim }) => ({ claim, subjectId }))
  }

  private beginStatement(claim: Claim, subjectId: string, begin: SqlWrite) {
    return this.client.$queryRaw(sql`
      WITH mine AS (SELECT 1 FROM idempotency_record WHERE ${held(claim)}),
      begun AS (${begin.sql}),
      sending AS (
        UPDATE idempotency_record SET state = 'sending', subject_id = ${subjectId}::uuid WHERE ${held(claim)} AND EXISTS (SELECT FROM begun))
      SELECT * FROM begun`)
  }

  private recordUpdate(claim: Claim, next: Finish<SqlWrite>): Sql {
    const answer = sql`status = ${next.answer?.status ?? null}::smallint, problem = ${next.answer?.problem ?? null}, answer = ${next.answer?.body ?? null}`
    const state =
      next.to === 'completed'
        ? sql`state = 'completed', completed_at = now()`
        : sql`state = 'unknown', lease_until = now() + ${next.retryInMs} * interval '1 millisecond'`
    return sql`UPDATE idempotency_record SET ${state}, ${answer} WHERE ${held(claim)} AND state IN ('claimed', 'sending', 'unknown') RETURNING 1`
  }

  private claimed(claim: Claim, row: LeaseRow | undefined, begun: unknown[]): Claimed | null {
    if (row?.token !== claim.token) return null
    return { claim, begun: begun[0] ?? null, createdAt: row.createdAt, expiresAt: row.expiresAt }
  }

  private async unlessLost(commit: () => Promise<unknown>): Promise<boolean> {
    try {
      await commit()
      return true
    } catch (error) {
      if (error instanceof Error && 'write' in error && error.write === 'record') return false
      throw error
    }
  }
}

/** The row, while this claim still holds it: the fence in every later write. */
function held(claim: Claim): Sql {
  return sql`merchant_id = ${claim.merchantId}::uuid AND id = ${claim.id} AND token = ${claim.token}::uuid AND fence = ${claim.fence}`
}

function name(index: number): Sql {
  return raw(`w${index}`)
}

function concat(parts: Sql[]): Sql {
  return parts.length === 0 ? sql`` : join(parts, '')
}
