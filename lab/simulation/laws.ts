import type { RecordState } from '@payonce/idempotency'
import type { MemoryRecord } from '@payonce/idempotency/memory'
import { LawBroken } from '@/idempotency/simulation/law-broken'
import type { Press } from './plan'
import { keyOf, type SimulatedWorld } from './world'

/** The states that may follow each state of a record. */
const NEXT: Record<RecordState, readonly RecordState[]> = {
  claimed: ['claimed', 'sending', 'completed'],
  // A tombstone at once: the answer was too large to be stored.
  sending: ['sending', 'unknown', 'completed', 'tombstone'],
  unknown: ['unknown', 'completed', 'tombstone'],
  completed: ['completed', 'tombstone'],
  tombstone: ['tombstone'],
}

/** The laws: what must hold after every step, and at the end. @throws LawBroken from both public methods */
export class Laws {
  private readonly before = new Map<string, Readonly<MemoryRecord>>()
  private chargesSeen = 0
  private readonly charged = new Set<string>()
  private readonly orders = new Map<string, string>()
  private readonly keys = new Set<string>()
  private losses = 0

  constructor(private readonly world: SimulatedWorld) {}

  afterEachStep(): void {
    if (this.world.broken) throw new LawBroken(this.world.broken)
    // Records go back with the database, and move on from there.
    if (this.losses !== this.world.losses) this.before.clear()
    this.losses = this.world.losses
    this.atMostOneCharge()
    for (const record of this.world.records.all()) this.movesLegally(record)
  }

  /** At the end: no record is stuck, payments agree with the bank, and every client got one true answer per key. */
  atTheEnd(): void {
    for (const record of this.world.records.all())
      if (!this.isAtRest(record)) throw new LawBroken(`a record is stuck as ${record.state}`)
    for (const { subject, status } of this.world.shop.payments.values())
      if ((status === 'done') !== this.charged.has(subject))
        throw new LawBroken(`a payment is ${status}, charged: ${this.charged.has(subject)}`)
    this.oneAnswerPerKey()
  }

  /** A claim whose lease is over began nothing: the reaper deletes it, or the next request takes it over. */
  private isAtRest({ state, leaseUntil }: Readonly<MemoryRecord>): boolean {
    return (
      state === 'completed' ||
      state === 'tombstone' ||
      (state === 'claimed' && leaseUntil < this.world.time.now)
    )
  }

  private atMostOneCharge(): void {
    const { charges } = this.world.bank
    for (; this.chargesSeen < charges.length; this.chargesSeen++) {
      const subject = charges[this.chargesSeen] as string
      const order = this.world.shop.payments.get(subject)?.order ?? 'none'
      if (this.charged.has(subject)) throw new LawBroken('a payment was charged twice')
      // A database that has forgotten who paid an order lets another key pay it. The same key never.
      if (this.orders.has(order) && this.losses === 0) throw new LawBroken('an order was charged twice')
      const key = this.world.shop.recordOf.get(subject) ?? subject
      if (this.keys.has(key)) throw new LawBroken('a key was charged twice')
      this.keys.add(key)
      this.charged.add(subject)
      this.orders.set(order, subject)
    }
  }

  private movesLegally(record: Readonly<MemoryRecord>): void {
    const before = this.before.get(record.id)
    if (before && sameAs(before, record)) return
    this.before.set(record.id, { ...record })
    // A claim that began nothing may be reaped, and its key claimed again.
    if (!before || (before.state === 'claimed' && before.token !== record.token && record.fence === 1)) return
    if (!NEXT[before.state].includes(record.state))
      throw new LawBroken(`a record went from ${before.state} to ${record.state}`)
    if (record.fence < before.fence) throw new LawBroken('a fence went down')
    if (before.state === 'completed' && record.state === 'completed' && before.answer !== record.answer)
      throw new LawBroken('a stored answer changed')
    if (before.subjectId !== null && before.subjectId !== record.subjectId)
      throw new LawBroken('a record began something twice')
  }

  /** All answers under one key are the same, and for the amount that was sent. */
  private oneAnswerPerKey(): void {
    const answers = new Map<string, string>()
    for (const { press, reply } of this.world.replies) {
      if (reply?.kind !== 'answer') continue
      const { body } = reply.answer
      const key = keyOf(press)
      if ((answers.get(key) ?? body) !== body)
        throw new LawBroken(`two answers under one key: ${answers.get(key)} and ${body}`)
      answers.set(key, body)
      this.isTrue(press, body)
    }
  }

  private isTrue(press: Press, body: string): void {
    const { did, subject, amount } = JSON.parse(body) as { did?: string; subject: string; amount?: number }
    if (amount !== undefined && amount !== press.amount)
      throw new LawBroken('a client got the answer to another request')
    if (did === 'done' && !this.charged.has(subject))
      throw new LawBroken('a client was answered that it was charged, and was not')
    if (did === 'refused' && this.charged.has(subject))
      throw new LawBroken('a client was answered that it was not charged, and was')
  }
}

function sameAs(before: Readonly<MemoryRecord>, now: Readonly<MemoryRecord>): boolean {
  return (
    before.state === now.state &&
    before.fence === now.fence &&
    before.token === now.token &&
    before.answer === now.answer
  )
}
