import type { IdempotencyRow } from '../core/record'
import type { Claimed } from '../core/store'
import { StoreUnavailable } from '../core/store'
import { type BatchStatement, CLAIM_PREFIX, claimBatch, commitBatch, readBatch } from './batch-sql'
import type { Batches, ClaimCall, CommitCall, ReadCall } from './batches'
import type { SetUpsert } from './captured-upsert'
import { callDatabase, classify, isOfOneRow, refusedKey } from './prisma-errors'
import { recordRow } from './record-rows'
import { CLAIM_ROWS } from './record-sql'
import { compared } from './rows'
import type { BeginForm, SqlForm, WriteForm } from './sql'

type PgRow = Record<string, unknown>

/**
 * Sends one statement, whose commit is its own, and returns its rows: `bigint` for int8, dates, parsed JSON. The connection keeps
 * the plan under the name; its plans should be generic, since the arrays of a batch differ in length each time.
 */
export type SendStatement = (statement: { name: string; text: string; values: unknown[] }) => Promise<PgRow[]>

/** Batches as single statements over arrays, sent past Prisma. */
export class PgBatches implements Batches<SqlForm> {
  readonly claimRows = CLAIM_ROWS
  private readonly reading = readBatch()
  private readonly claiming = new Map<BeginForm, BatchStatement<ClaimCall<SqlForm>>>()
  private readonly committing = new Map<string, BatchStatement<CommitCall<SqlForm>>>()
  private readonly forms = new Map<WriteForm, number>()

  private upsert: SetUpsert | null = null

  /** @param worker name of this process, stored with each claim */
  constructor(
    private readonly send: SendStatement,
    private readonly worker: string,
    private readonly leaseMs: number,
  ) {}

  /** From here on claims are made in batches, too. @param upsert Prisma's own, in set form */
  claimBy(upsert: SetUpsert): void {
    this.upsert = upsert
  }

  async readAll(calls: readonly ReadCall[]): Promise<(IdempotencyRow | null)[]> {
    const rows = compared(recordRow, await this.batch<IdempotencyRow>(this.reading, calls, { repeat: true }))
    const found = new Map(rows.map((row) => [`${row.merchantId}/${row.id}`, row]))
    return calls.map(({ merchantId, id }) => found.get(`${merchantId}/${id}`) ?? null)
  }

  async claimAll(calls: readonly ClaimCall<SqlForm>[]): Promise<(Claimed | null)[]> {
    const [first] = calls
    if (!first?.begin.set) throw new Error('a claim without a set form has no place in a batch')
    const rows = await this.batch<PgRow>(this.claimStatement(first.begin.set.form), calls)
    const claimed: (Claimed | null)[] = calls.map(() => null)
    for (const row of rows) {
      const place = row[`${CLAIM_PREFIX}n`] as number
      claimed[place] = claimedBy(calls[place] as ClaimCall<SqlForm>, row)
    }
    return claimed
  }

  async commitAll(calls: readonly CommitCall<SqlForm>[]): Promise<boolean[]> {
    const [first] = calls
    const kind = first && this.kindOfCommit(first)
    if (!first || kind === null || kind === undefined)
      throw new Error('an outcome without a set form has no place in a batch')
    const rows = await this.batch<{ n: number }>(this.commitStatement(kind, first), calls)
    const committed = new Set(rows.map(({ n }) => n))
    return calls.map((_, place) => committed.has(place))
  }

  kindOfClaim({ begin }: ClaimCall<SqlForm>): BeginForm | null {
    return this.upsert ? (begin.set?.form ?? null) : null
  }

  /** The state that it leads to, and its writes: outcomes that agree in both are one text. */
  kindOfCommit({ next }: CommitCall<SqlForm>): string | null {
    let kind: string = next.to
    for (const { set } of next.writes) {
      if (!set) return null
      kind += ` ${this.numberOf(set.form)}`
    }
    return kind
  }

  apart({ begin }: ClaimCall<SqlForm>): string | null {
    return begin.set?.apart ?? null
  }

  written({ next }: CommitCall<SqlForm>): string[] {
    return next.writes.flatMap(({ name, set }) => (set ? [`${name} ${set.key}`] : []))
  }

  isNamed({ claim, next }: CommitCall<SqlForm>, error: unknown): boolean {
    const refused = refusedKey(error)
    if (refused.length === 0) return false
    const own = new Set([claim.merchantId, claim.id])
    for (const { set } of next.writes) {
      own.add(set?.key ?? '')
      for (const row of set?.rows ?? []) for (const cell of Object.values(row)) own.add(String(cell))
    }
    return refused.every((value) => own.has(value))
  }

  private claimStatement(form: BeginForm): BatchStatement<ClaimCall<SqlForm>> {
    if (!this.upsert) throw new Error('claims cannot be made in batches')
    const known = this.claiming.get(form)
    const statement = known ?? claimBatch(form, this.upsert, { worker: this.worker, leaseMs: this.leaseMs })
    this.claiming.set(form, statement)
    return statement
  }

  private commitStatement(kind: string, { next }: CommitCall<SqlForm>): BatchStatement<CommitCall<SqlForm>> {
    const forms = next.writes.flatMap(({ set }) => set?.form ?? [])
    const statement = this.committing.get(kind) ?? commitBatch(next.to, forms)
    this.committing.set(kind, statement)
    return statement
  }

  private numberOf(form: WriteForm): number {
    const number = this.forms.get(form) ?? this.forms.size
    this.forms.set(form, number)
    return number
  }

  /** @throws StoreUnavailable when the database could not be asked. Any other error is about a row of the batch: nothing was written */
  private async batch<Row>(
    statement: BatchStatement<never>,
    calls: readonly unknown[],
    safe: { repeat?: boolean } = {},
  ): Promise<Row[]> {
    const { name, text } = statement
    const values = statement.values(calls as readonly never[])
    try {
      return (await callDatabase(() => this.send({ name, text, values }), safe)) as Row[]
    } catch (error) {
      // Conflicts that lasted, and rows that another transaction has locked, concern single calls.
      if (error instanceof StoreUnavailable && (classify(error.cause) === 'retry' || isOfOneRow(error.cause)))
        throw error.cause
      throw error
    }
  }
}

function claimedBy({ claim }: ClaimCall<SqlForm>, row: PgRow): Claimed {
  const begun = Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith(CLAIM_PREFIX)))
  return {
    claim,
    begun: begun.id === null ? { kind: 'refused' } : { kind: 'written', row: begun },
    createdAt: row[`${CLAIM_PREFIX}createdAt`] as Date,
    expiresAt: row[`${CLAIM_PREFIX}expiresAt`] as Date,
  }
}
