import type { Clock } from '../core/clock'
import { StoreUnavailable } from '../core/store'

/** 64: at 64 callers a batch costs each of them a thirtieth of a commit, and twice as many bring less than they delay. */
const BATCH_MAX = 64

/**
 * 250 ms for a batch, many times what it takes: then the next one sets out on another connection. One that has died silently
 * is noticed after seconds, and only its own calls wait for that.
 */
const PATIENCE_MS = 250

/** 4 calls of a batch that may be made by themselves at once: a key that more of them share tells nothing. */
const NAMED_MAX = 4

/** The work of one lane. */
export interface LaneWork<Call, Result> {
  /** Calls that may wait at one time; one more is refused with `StoreUnavailable`. */
  readonly waitingMax: number
  /** Calls of one batch; 64 unless it is said. */
  readonly batchMax?: number
  /** Carries out all calls in one commit. @returns their results, in their order @throws as `Batches` says */
  send(calls: readonly Call[]): Promise<Result[]>
  /** Told of each batch, before it is sent. */
  readonly onBatch?: ((calls: number) => void) | undefined
  /** Carries out one call by itself, outside the lane. */
  alone(call: Call): Promise<Result>
  /** Finds out what became of a call whose batch met `error`. */
  afterLoss(call: Call, error: StoreUnavailable): Promise<Result>
  /** Only calls of one kind share a batch. Null: the call is made by itself. */
  kindOf(call: Call): unknown
  /** Calls that have one of these texts in common do not share a batch. */
  keysOf(call: Call): readonly string[]
  /** True when an error of a batch says that it is about this call. Only how the batch is divided depends on it. */
  isNamed?(call: Call, error: unknown): boolean
  /** The order of the calls in a batch: the same in every process, so that two batches lock their rows in one order. */
  compare(one: Call, other: Call): number
}

interface Waiting<Call, Result> {
  call: Call
  kind: unknown
  keys: readonly string[]
  resolve(result: Result): void
  reject(error: unknown): void
}

/** How the lane waits for those who call at this moment: until the end of the current turn of the event loop. */
export type EndOfTurn = () => Promise<void>
const endOfTurn: EndOfTurn = () => new Promise((resolve) => setImmediate(resolve))

/**
 * Group commit: calls that arrive while a batch is under way go with the next one. A call that finds the lane free goes
 * at once. What one call does to its batch concerns no other: a batch that the database refuses goes on without the call
 * that the error names, or is halved until the call that it refuses stands alone. That happens beside the lane, which goes
 * on with the calls that have come.
 */
export class Lane<Call, Result> {
  private waiting: Waiting<Call, Result>[] = []
  private driving = false

  constructor(
    private readonly work: LaneWork<Call, Result>,
    private readonly clock: Pick<Clock, 'after'>,
    private readonly turn: EndOfTurn = endOfTurn,
  ) {}

  add(call: Call): Promise<Result> {
    const kind = this.work.kindOf(call)
    if (kind === null) return this.work.alone(call)
    if (this.waiting.length >= this.work.waitingMax)
      return Promise.reject(new StoreUnavailable('too many calls wait for the database'))
    const keys = this.work.keysOf(call)
    return new Promise((resolve, reject) => {
      this.waiting.push({ call, kind, keys, resolve, reject })
      if (!this.driving) void this.drive()
    })
  }

  private async drive(): Promise<void> {
    this.driving = true
    for (await this.turn(); this.waiting.length > 0; await this.turn()) {
      await this.patiently(this.carry(this.takeBatch()))
    }
    this.driving = false
  }

  /** Resolves with the work, which never rejects, or when it takes too long. */
  private patiently(work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(PATIENCE_MS, resolve)
      void work.then(() => {
        cancel()
        resolve()
      })
    })
  }

  /** What is left without the calls that an error names stays in the lane: beside it, both would have smaller batches from then on. */
  private async carry(batch: Waiting<Call, Result>[]): Promise<void> {
    const refusal = await this.attempt(batch)
    if (!refusal) return
    const rest = this.withoutNamed(batch, refusal.error)
    if (rest === null) return void this.takeApart(batch, refusal.error)
    if (rest.length > 0) await this.carry(rest)
  }

  /** The call that has waited longest, and those that may go with it. */
  private takeBatch(): Waiting<Call, Result>[] {
    const { batchMax = BATCH_MAX } = this.work
    const [{ kind }] = this.waiting as [Waiting<Call, Result>]
    const taken = new Set<string>()
    const batch: Waiting<Call, Result>[] = []
    this.waiting = this.waiting.filter((one) => {
      if (batch.length === batchMax || one.kind !== kind || one.keys.some((key) => taken.has(key)))
        return true
      for (const key of one.keys) taken.add(key)
      batch.push(one)
      return false
    })
    return batch.sort((one, other) => this.work.compare(one.call, other.call))
  }

  /** Sends a batch and answers its calls. Never rejects. @returns the error that it met; then no call was answered */
  private async attempt(batch: Waiting<Call, Result>[]): Promise<{ error: unknown } | null> {
    this.work.onBatch?.(batch.length)
    try {
      const results = await this.work.send(batch.map(({ call }) => call))
      for (const [index, one] of batch.entries()) one.resolve(results[index] as Result)
      return null
    } catch (error) {
      return { error }
    }
  }

  /** Answers each call of a batch that met an error. Never rejects. */
  private async takeApart(batch: Waiting<Call, Result>[], error: unknown): Promise<void> {
    if (error instanceof StoreUnavailable) {
      await Promise.all(batch.map((one) => settle(one, this.work.afterLoss(one.call, error))))
      return
    }
    const [first] = batch as [Waiting<Call, Result>]
    // Not waited for: it may wait for a locked row, and the rest of the batch must not.
    if (batch.length === 1) return void settle(first, this.work.alone(first.call))
    const rest = this.withoutNamed(batch, error)
    const middle = Math.ceil(batch.length / 2)
    for (const part of rest ? [rest] : [batch.slice(0, middle), batch.slice(middle)]) {
      const refusal = part.length > 0 && (await this.attempt(part))
      if (refusal) await this.takeApart(part, refusal.error)
    }
  }

  /** The calls that the error names are made by themselves. @returns the others; null: it names none, or too many */
  private withoutNamed(batch: Waiting<Call, Result>[], error: unknown): Waiting<Call, Result>[] | null {
    if (error instanceof StoreUnavailable) return null
    const named = batch.filter(({ call }) => this.work.isNamed?.(call, error))
    if (named.length === 0 || named.length > NAMED_MAX) return null
    for (const one of named) void settle(one, this.work.alone(one.call))
    return batch.filter((one) => !named.includes(one))
  }
}

function settle<Call, Result>(one: Waiting<Call, Result>, result: Promise<Result>): Promise<void> {
  return result.then(one.resolve, one.reject)
}
