import type { Finish } from '../core/operation'
import type { Claim, IdempotencyRow } from '../core/record'
import {
  type Begun,
  CEILING_LEASES,
  type Claimed,
  CommitRefused,
  type NewRecord,
  type Overdue,
  type Store,
} from '../core/store'

/** A write of the memory store: does its work on the caller's own state and says how many rows it touched; a `begin` gives back its row. */
export interface MemoryWrite {
  name: string
  rows: number
  check(): number
  apply(): unknown
}

export interface Kept extends Omit<IdempotencyRow, 'leaseOver'> {
  token: string
  leaseUntil: number
  heldSince: number
  tries: number
  failures: number
  parked: string | null
}

const KEPT_MS = 30 * 24 * 3_600_000

/** The model that the Prisma store is compared with, and the store of simulations. Single-threaded, so each verb is atomic by itself. */
export class MemoryStore implements Store<MemoryWrite> {
  private readonly rows = new Map<string, Kept>()

  constructor(
    private readonly now: () => number,
    private readonly newToken: () => string,
    readonly leaseMs = 30_000,
  ) {}

  async read(merchantId: string, id: string): Promise<IdempotencyRow | null> {
    const row = this.rows.get(`${merchantId}/${id}`)
    return row ? { ...row, leaseOver: row.leaseUntil < this.now() } : null
  }

  async claim(record: NewRecord, begin: MemoryWrite): Promise<Claimed | null> {
    if (this.rows.has(`${record.merchantId}/${record.id}`)) return null
    return this.take(record, 1, begin)
  }

  async takeOver(record: NewRecord, fence: number, begin: MemoryWrite): Promise<Claimed | null> {
    const row = this.rows.get(`${record.merchantId}/${record.id}`)
    if (row?.state !== 'claimed' || row.fence !== fence || row.leaseUntil >= this.now()) return null
    return this.take(record, fence + 1, begin)
  }

  async commit(claim: Claim, next: Finish<MemoryWrite>): Promise<boolean> {
    const row = this.held(claim)
    if (!row) return false
    for (const write of next.writes) if (write.check() !== write.rows) throw new CommitRefused(write.name)
    for (const write of next.writes) write.apply()
    const answer = next.answer
      ? { status: next.answer.status, problem: next.answer.problem, answer: next.answer.body }
      : { status: null, problem: null, answer: null }
    Object.assign(row, answer, this.after(row, next))
    return true
  }

  async renew(claim: Claim): Promise<boolean> {
    const row = this.held(claim)
    if (!row || this.now() >= row.heldSince + CEILING_LEASES * this.leaseMs) return false
    row.leaseUntil = this.now() + this.leaseMs
    return true
  }

  async release(claim: Claim): Promise<boolean> {
    const row = this.held(claim)
    if (row?.state !== 'claimed') return false
    row.leaseUntil = this.now() - 1
    return true
  }

  async sweep(operation: string, limit: number): Promise<Overdue[]> {
    const due = [...this.rows.values()].filter(
      (row) =>
        row.operation === operation &&
        ['sending', 'unknown'].includes(row.state) &&
        !row.parked &&
        row.leaseUntil < this.now(),
    )
    return due.slice(0, limit).map((row) => this.takeForLook(row))
  }

  async takeDoubt(operation: string, merchantId: string, id: string): Promise<Overdue | null> {
    const row = this.rows.get(`${merchantId}/${id}`)
    const underLook = row !== undefined && row.failures > 0 && row.leaseUntil >= this.now()
    return row?.operation === operation && row.state === 'unknown' && !row.parked && !underLook
      ? this.takeForLook(row)
      : null
  }

  async unpark(merchantId: string, id: string, writes: MemoryWrite[]): Promise<boolean> {
    const row = this.rows.get(`${merchantId}/${id}`)
    if (!row?.parked) return false
    for (const write of writes) write.apply()
    Object.assign(row, { parked: null, tries: 0, failures: 0, leaseUntil: this.now() - 1 })
    return true
  }

  async reap(limit: number): Promise<number> {
    const dead = [...this.rows]
      .filter(([, row]) => row.state === 'claimed' && row.leaseUntil < this.now())
      .slice(0, limit)
    for (const [key] of dead) this.rows.delete(key)
    return dead.length
  }

  async bury(limit: number): Promise<number> {
    const past = [...this.rows.values()]
      .filter((row) => row.state === 'completed' && row.expiresAt.getTime() < this.now())
      .slice(0, limit)
    for (const row of past)
      Object.assign(row, { state: 'tombstone', status: null, problem: null, answer: null })
    return past.length
  }

  /** Every record, for a model that checks them. */
  all(): readonly Readonly<Kept>[] {
    return [...this.rows.values()]
  }

  private takeForLook(row: Kept): Overdue {
    const held = {
      fence: row.fence + 1,
      token: this.newToken(),
      heldSince: this.now(),
      leaseUntil: this.now() + this.leaseMs,
    }
    Object.assign(row, held, { state: 'unknown', failures: row.failures + 1 })
    const { merchantId, id, token, fence, subjectId, tries, failures } = row
    return { claim: { merchantId, id, token, fence }, subjectId, tries, failures }
  }

  /** What a commit changes beside the answer. */
  private after(row: Kept, next: Finish<MemoryWrite>): Partial<Kept> {
    switch (next.to) {
      case 'completed':
        return { state: 'completed', completedAt: new Date(this.now()), parked: null }
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

  private take(record: NewRecord, fence: number, begin: MemoryWrite): Claimed {
    const begun: Begun = begin.check() === 0 ? { kind: 'refused' } : { kind: 'written', row: begin.apply() }
    const written = begun.kind === 'written'
    const token = this.newToken()
    const createdAt = this.rows.get(`${record.merchantId}/${record.id}`)?.createdAt ?? new Date(this.now())
    const expiresAt = new Date(createdAt.getTime() + KEPT_MS)
    const { merchantId, id, operation, fingerprint, fingerprintVersion, fields } = record
    const subjectId = written ? record.subjectId : null
    const unanswered = { status: null, problem: null, answer: null, completedAt: null }
    const state = written ? 'sending' : 'claimed'
    const about = {
      merchantId,
      id,
      operation,
      fingerprint,
      fingerprintVersion,
      fields,
      state,
      fence,
      token,
      subjectId,
      createdAt,
      expiresAt,
    } as const
    this.rows.set(`${merchantId}/${id}`, { ...about, ...unanswered, ...this.fresh() })
    return { claim: { merchantId, id, token, fence }, begun, createdAt, expiresAt }
  }

  private fresh() {
    return {
      heldSince: this.now(),
      leaseUntil: this.now() + this.leaseMs,
      tries: 0,
      failures: 0,
      parked: null,
    }
  }

  private held(claim: Claim): Kept | null {
    const row = this.rows.get(`${claim.merchantId}/${claim.id}`)
    return row?.token === claim.token &&
      row.fence === claim.fence &&
      ['claimed', 'sending', 'unknown'].includes(row.state)
      ? row
      : null
  }
}
