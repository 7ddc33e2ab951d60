import { headersText } from '../core/kept-headers'
import { RETENTION_DAYS } from '../core/policy'
import type { Claim, IdempotencyRow, RecordState } from '../core/record'
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
} from '../core/store'
import type { Batches, ClaimCall, CommitCall, LostCommits, ReadCall } from './batches'

/** A write of the memory store, on state of the caller's own. */
export interface MemoryWrite {
  name: string
  /** Number of rows that it must touch. */
  rows: number
  /** @returns the number of rows that it would touch; changes nothing */
  check(): number
  /** Writes. @returns the row, where the write is a `begin` */
  apply(): unknown
}

/**
 * The form of the memory store. It applies a `begin` only under the claim, so `begin` needs no proof of it.
 */
export interface MemoryForm {
  claim: null
  begin: MemoryWrite
  write: MemoryWrite
}

/** A record with its lease, in milliseconds since the epoch. */
export interface MemoryRecord extends Omit<IdempotencyRow, 'leaseOver'> {
  operation: string
  token: string
  leaseUntil: number
  claimedSince: number
  tries: number
  failures: number
  parked: string | null
}

/** A tombstone lacks the answer, and what told of the request. */
const TOMBSTONE = {
  state: 'tombstone',
  status: null,
  problem: null,
  answer: null,
  headers: null,
  completedAt: null,
  fingerprint: null,
  fields: null,
} as const satisfies Partial<MemoryRecord>

const DAY_MS = 24 * 3_600_000

/**
 * The model that the Prisma store is compared with, and the store of simulations. JavaScript runs each verb
 * without interruption, so each is atomic. Records stay until `reap`; a run of tests is the bound.
 */
export class MemoryStore implements Store<MemoryForm>, Batches<MemoryForm>, LostCommits<MemoryForm> {
  readonly claimRows = null
  private readonly rows = new Map<string, MemoryRecord>()

  constructor(
    private readonly now: () => number,
    private readonly newToken: () => string,
    readonly leaseMs = 30_000,
  ) {}

  async read(merchantId: string, id: string): Promise<IdempotencyRow | null> {
    const row = this.rows.get(`${merchantId}/${id}`)
    return row ? { ...row, leaseOver: row.leaseUntil < this.now() } : null
  }

  async claim(record: NewRecord, begin: BeginOf<MemoryForm>): Promise<Claimed | null> {
    if (this.rows.has(`${record.merchantId}/${record.id}`)) return null
    return this.take(record, { fence: 1, token: this.newToken() }, begin(null))
  }

  async takeOver(record: NewRecord, fence: number, begin: BeginOf<MemoryForm>): Promise<Claimed | null> {
    const row = this.rows.get(`${record.merchantId}/${record.id}`)
    if (row?.state !== 'claimed' || row.fence !== fence || row.leaseUntil >= this.now()) return null
    return this.take(record, { fence: fence + 1, token: this.newToken() }, begin(null))
  }

  async commit(claim: Claim, next: StoredOutcome<MemoryForm>): Promise<boolean> {
    const row = this.findClaimed(claim)
    if (!row) return false
    refuseUnlessMatching(next.writes)
    this.settle(row, next)
    return true
  }

  async renew(claim: Claim): Promise<boolean> {
    const row = this.findClaimed(claim)
    if (!row || this.now() >= row.claimedSince + CEILING_LEASES * this.leaseMs) return false
    row.leaseUntil = this.now() + this.leaseMs
    return true
  }

  async release(claim: Claim): Promise<boolean> {
    const row = this.findClaimed(claim)
    if (row?.state !== 'claimed') return false
    row.leaseUntil = this.now() - 1
    return true
  }

  async takeOverdue(operation: string, limit: number): Promise<DoubtedRecord[]> {
    const due = [...this.rows.values()].filter(
      (row) =>
        row.operation === operation &&
        ['sending', 'unknown'].includes(row.state) &&
        !row.parked &&
        row.leaseUntil < this.now(),
    )
    return due.slice(0, limit).map((row) => this.takeForCheck(row))
  }

  async takeInDoubt(operation: string, merchantId: string, id: string): Promise<DoubtedRecord | null> {
    const row = this.rows.get(`${merchantId}/${id}`)
    const underCheck = row !== undefined && row.failures > 0 && row.leaseUntil >= this.now()
    return row?.operation === operation && row.state === 'unknown' && !row.parked && !underCheck
      ? this.takeForCheck(row)
      : null
  }

  async unpark(merchantId: string, id: string, writes: MemoryWrite[]): Promise<boolean> {
    const row = this.rows.get(`${merchantId}/${id}`)
    if (!row?.parked) return false
    for (const write of writes) write.apply()
    Object.assign(row, { parked: null, tries: 0, failures: 0, leaseUntil: this.now() - 1 })
    return true
  }

  /** All rows are in memory: a search goes through them. */
  async markOverdue(): Promise<number> {
    return 0
  }

  async endFarLeases(longestPauseMs: number, limit: number): Promise<number> {
    const latest = this.now() + Math.max(longestPauseMs, this.leaseMs)
    const far = [...this.rows.values()]
      .filter(({ state, parked, leaseUntil }) => isUnfinished(state) && !parked && leaseUntil > latest)
      .slice(0, limit)
    for (const row of far)
      Object.assign(row, { leaseUntil: this.now() - 1, claimedSince: Math.min(row.claimedSince, this.now()) })
    return far.length
  }

  async reap(limit: number): Promise<number> {
    const dead = [...this.rows]
      .filter(([, row]) => row.state === 'claimed' && row.leaseUntil < this.now())
      .slice(0, limit)
    for (const [key] of dead) this.rows.delete(key)
    return dead.length
  }

  async expireAnswers(limit: number): Promise<number> {
    const past = [...this.rows.values()]
      .filter((row) => isDone(row) && row.expiresAt.getTime() < this.now())
      .slice(0, limit)
    for (const row of past) Object.assign(row, TOMBSTONE)
    return past.length
  }

  async readAll(calls: readonly ReadCall[]): Promise<(IdempotencyRow | null)[]> {
    return Promise.all(calls.map(({ merchantId, id }) => this.read(merchantId, id)))
  }

  async claimAll(calls: readonly ClaimCall<MemoryForm>[]): Promise<(Claimed | null)[]> {
    return calls.map(({ claim, record, begin }) =>
      this.rows.has(`${claim.merchantId}/${claim.id}`) ? null : this.take(record, claim, begin),
    )
  }

  /** As one statement does it: first it is seen which claims are held, then all of them write, or none. */
  async commitAll(calls: readonly CommitCall<MemoryForm>[]): Promise<boolean[]> {
    const rows = calls.map((call) => this.findClaimed(call.claim))
    const held = calls.filter((_, index) => rows[index] !== null)
    for (const { next } of held) refuseUnlessMatching(next.writes)
    for (const [index, { next }] of calls.entries()) {
      const row = rows[index]
      if (row) this.settle(row, next)
    }
    return rows.map((row) => row !== null)
  }

  kindOfClaim(): string {
    return 'claim'
  }

  kindOfCommit(): string {
    return 'commit'
  }

  apart(): null {
    return null
  }

  written(): string[] {
    return []
  }

  isNamed(): boolean {
    return false
  }

  async findClaim(claim: Claim): Promise<Claimed | null> {
    const row = this.rows.get(`${claim.merchantId}/${claim.id}`)
    if (row?.token !== claim.token || row.fence !== claim.fence) return null
    const begun: BeginOutcome = row.state === 'sending' ? { kind: 'answer-lost' } : { kind: 'refused' }
    return { claim, begun, createdAt: row.createdAt, expiresAt: row.expiresAt }
  }

  async findCommit({ claim, next }: CommitCall<MemoryForm>): Promise<boolean | null> {
    const row = this.rows.get(`${claim.merchantId}/${claim.id}`)
    if (row?.token !== claim.token || row.fence !== claim.fence) return false
    switch (next.to) {
      case 'completed':
      case 'tombstone':
        return row.state === next.to || null
      case 'unknown':
        return (row.state === 'unknown' && row.failures === 0) || null
      case 'parked':
        return row.parked !== null || null
    }
  }

  /** Every record, for checks of invariants. */
  all(): readonly Readonly<MemoryRecord>[] {
    return [...this.rows.values()]
  }

  /** Goes back to records of an earlier time, as a database does that was restored from a backup. */
  restore(records: readonly Readonly<MemoryRecord>[]): void {
    this.rows.clear()
    for (const record of records) this.rows.set(`${record.merchantId}/${record.id}`, { ...record })
  }

  private takeForCheck(row: MemoryRecord): DoubtedRecord {
    const taken = {
      fence: row.fence + 1,
      token: this.newToken(),
      claimedSince: this.now(),
      leaseUntil: this.now() + this.leaseMs,
    }
    Object.assign(row, taken, { state: 'unknown', failures: row.failures + 1 })
    const { merchantId, id, token, fence, subjectId, tries, failures } = row
    return { claim: { merchantId, id, token, fence }, subjectId, tries, failures }
  }

  /** The columns that a commit changes beside the answer. */
  private after(row: MemoryRecord, next: StoredOutcome<MemoryForm>): Partial<MemoryRecord> {
    switch (next.to) {
      case 'completed':
      case 'tombstone':
        return { state: next.to, completedAt: new Date(this.now()), parked: null }
      case 'unknown':
        return {
          state: 'unknown',
          leaseUntil: this.now() + next.retryInMs,
          tries: next.answer ? 0 : row.tries + 1,
          failures: 0,
        }
      case 'parked':
        return { state: 'unknown', parked: next.reason }
    }
  }

  private settle(row: MemoryRecord, next: StoredOutcome<MemoryForm>): void {
    for (const write of next.writes) write.apply()
    const answer = next.answer
      ? {
          status: next.answer.status,
          problem: next.answer.problem,
          answer: next.answer.body,
          headers: headersText(next.answer.headers),
        }
      : { status: null, problem: null, answer: null, headers: null }
    Object.assign(row, answer, this.after(row, next))
  }

  private take(
    record: NewRecord,
    { fence, token }: Pick<Claim, 'fence' | 'token'>,
    begin: MemoryWrite,
  ): Claimed {
    const begun: BeginOutcome =
      begin.check() === 0 ? { kind: 'refused' } : { kind: 'written', row: begin.apply() }
    const written = begun.kind === 'written'
    const first = this.rows.get(`${record.merchantId}/${record.id}`)
    const createdAt = first?.createdAt ?? new Date(this.now())
    const retentionDays = record.retentionDays ?? RETENTION_DAYS.usual
    const expiresAt = first?.expiresAt ?? new Date(createdAt.getTime() + retentionDays * DAY_MS)
    const { merchantId, id, operation, fingerprint, fingerprintVersion, fields } = record
    this.rows.set(`${merchantId}/${id}`, {
      merchantId,
      id,
      operation,
      fingerprint,
      fingerprintVersion,
      fields,
      state: written ? 'sending' : 'claimed',
      fence,
      token,
      subjectId: written ? record.subjectId : null,
      status: null,
      problem: null,
      answer: null,
      headers: null,
      createdAt,
      completedAt: null,
      expiresAt,
      ...this.newLease(),
    })
    return { claim: { merchantId, id, token, fence }, begun, createdAt, expiresAt }
  }

  private newLease() {
    return {
      claimedSince: this.now(),
      leaseUntil: this.now() + this.leaseMs,
      tries: 0,
      failures: 0,
      parked: null,
    }
  }

  private findClaimed(claim: Claim): MemoryRecord | null {
    const row = this.rows.get(`${claim.merchantId}/${claim.id}`)
    return row?.token === claim.token && row.fence === claim.fence && isUnfinished(row.state) ? row : null
  }
}

function isUnfinished(state: RecordState): boolean {
  return state === 'claimed' || state === 'sending' || state === 'unknown'
}

/** Has something that retention removes: an answer, or of an answer that was too large at least what was asked. */
function isDone({ state, fingerprint }: MemoryRecord): boolean {
  return state === 'completed' || (state === 'tombstone' && fingerprint !== null)
}

function refuseUnlessMatching(writes: readonly MemoryWrite[]): void {
  for (const write of writes) if (write.check() !== write.rows) throw new CommitRefused(write.name)
}
