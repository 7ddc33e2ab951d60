import type { StoreForm } from '../core/operation'
import type { Claim, IdempotencyRow } from '../core/record'
import type { Claimed, DoubtedRecord, NewRecord, StoredOutcome } from '../core/store'

/**
 * The laws of a store that can be seen from outside, checked at each call of each server. A law that was broken is noted: the engine would
 * take an exception for an accident.
 */
export class StoreLaws {
  broken: string | null = null
  /** The highest fence that was given out for each record. */
  private readonly fences = new Map<string, number>()
  private readonly begun = new Set<string>()
  private readonly completed = new Set<string>()
  private readonly answers = new Map<string, string>()

  /** Notes a call that is about to be made. @returns what notes its result */
  called(verb: string, args: readonly unknown[]): (result: unknown) => void {
    switch (verb) {
      case 'claim':
      case 'takeOver':
        return (result) => this.claimed(args[0] as NewRecord, result as Claimed | null)
      case 'takeOverdue':
        return (result) => {
          for (const { claim } of result as DoubtedRecord[]) this.given(claim)
        }
      case 'takeInDoubt':
        return (result) => result && this.given((result as DoubtedRecord).claim)
      case 'commit':
        return this.committing(args[0] as Claim, args[1] as StoredOutcome<StoreForm>)
      case 'read':
        return this.reading(args[1] as string)
      default:
        return () => undefined
    }
  }

  private break(law: string): void {
    this.broken ??= law
  }

  private claimed({ id }: NewRecord, result: Claimed | null): void {
    if (!result) return
    if (result.begun.kind === 'written') {
      if (this.begun.has(id)) this.break('two callers got the claim of one record, and both began')
      this.begun.add(id)
    }
    // A claim that began nothing may be reaped, and its key claimed afresh.
    if (result.claim.fence === 1) this.fences.set(id, 1)
    else this.given(result.claim)
  }

  private given({ id, fence }: Claim): void {
    const before = this.fences.get(id)
    if (before !== undefined && fence <= before)
      this.break(`a record was given out under the fence ${fence}, after the fence ${before}`)
    this.fences.set(id, Math.max(fence, before ?? 0))
  }

  private committing({ id, fence }: Claim, next: StoredOutcome<StoreForm>): (result: unknown) => void {
    const superseded = fence < (this.fences.get(id) ?? 0)
    return (result) => {
      if (result !== true) return
      if (superseded) this.break('a commit was made under a superseded fence')
      if (next.to !== 'completed' && next.to !== 'tombstone') return
      if (this.completed.has(id)) this.break('a record was completed twice')
      this.completed.add(id)
    }
  }

  /** Judged by what was known when the read began: an earlier state may arrive late. */
  private reading(id: string): (result: unknown) => void {
    const stored = this.answers.get(id)
    return (result) => {
      const row = result as IdempotencyRow | null
      if (row?.state === 'completed') {
        if (stored !== undefined && stored !== row.answer) this.break('a stored answer changed')
        this.answers.set(id, row.answer ?? 'none')
      } else if (stored !== undefined && row?.state !== 'tombstone') {
        this.break(`a completed record went back to ${row ? row.state : 'nothing'}`)
      }
    }
  }
}
