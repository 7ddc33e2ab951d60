import type { Finish } from '../core/operation'
import type { Claim, IdempotencyRow } from '../core/record'
import { type Claimed, CommitRefused, type NewRecord, type Overdue, type Store } from '../core/store'

/** A write of the memory store: does its work on the caller's own state and says how many rows it touched; a `begin` gives back its row. */
export interface MemoryWrite {
  name: string
  rows: number
  check(): number
  apply(): unknown
}

interface Kept extends Omit<IdempotencyRow, 'leaseOver'> {
  token: string
  leaseUntil: number
}

const LEASE_MS = 30_000
const KEPT_MS = 30 * 24 * 3_600_000

/** The model that the Prisma store is compared with, and the store of simulations. Single-threaded, so each verb is atomic by itself. */
export class MemoryStore implements Store<MemoryWrite> {
  private readonly rows = new Map<string, Kept>()

  constructor(
    private readonly now: () => number,
    private readonly newToken: () => string,
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
    Object.assign(row, answer, { state: next.to })
    if (next.to === 'completed') row.completedAt = new Date(this.now())
    else row.leaseUntil = this.now() + next.retryInMs
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
      (row) => row.operation === operation && ['sending', 'unknown'].includes(row.state) && row.leaseUntil < this.now(),
    )
    return due.slice(0, limit).map((row) => {
      Object.assign(row, { state: 'unknown', fence: row.fence + 1, token: this.newToken(), leaseUntil: this.now() + LEASE_MS })
      return { claim: { merchantId: row.merchantId, id: row.id, token: row.token, fence: row.fence }, subjectId: row.subjectId }
    })
  }

  private take(record: NewRecord, fence: number, begin: MemoryWrite): Claimed {
    const begun = begin.check() === 0 ? null : begin.apply()
    const token = this.newToken()
    const createdAt = this.rows.get(`${record.merchantId}/${record.id}`)?.createdAt ?? new Date(this.now())
    const expiresAt = new Date(createdAt.getTime() + KEPT_MS)
    const { merchantId, id, operation, fingerprint, fingerprintVersion } = record
    const subjectId = begun === null ? null : record.subjectId
    const unanswered = { status: null, problem: null, answer: null, completedAt: null }
    const state = begun === null ? 'claimed' : 'sending'
    const about = { merchantId, id, operation, fingerprint, fingerprintVersion, state, fence, token, subjectId, createdAt, expiresAt } as const
    this.rows.set(`${merchantId}/${id}`, { ...about, ...unanswered, leaseUntil: this.now() + LEASE_MS })
    return { claim: { merchantId, id, token, fence }, begun, createdAt, expiresAt }
  }

  private held(claim: Claim): Kept | null {
    const row = this.rows.get(`${claim.merchantId}/${claim.id}`)
    return row?.token === claim.token && row.fence === claim.fence && ['claimed', 'sending', 'unknown'].includes(row.state) ? row : null
  }
}
