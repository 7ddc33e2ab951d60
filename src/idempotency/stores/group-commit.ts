import { type Clock, systemClock } from '../core/clock'
import type { StoreForm } from '../core/operation'
import type { Claim, IdempotencyRow } from '../core/record'
import type {
  BeginOf,
  Claimed,
  DoubtedRecord,
  NewRecord,
  Store,
  StoredOutcome,
  StoreUnavailable,
} from '../core/store'
import type { Batches, ClaimCall, CommitCall, LostCommits, ReadCall } from './batches'
import { type EndOfTurn, Lane } from './lane'

/**
 * Reads, and claims, that may wait at one time. 2,048: 32 batches, which take about a second; who came later would wait longer than a
 * client does. Outcomes have no such limit: each of them follows a claim, and must be stored.
 */
const WAITING_MAX = 2_048

/** What all lanes have in common. */
export interface LaneOptions {
  clock?: Pick<Clock, 'after'>
  turn?: EndOfTurn
  /** Told of each batch, before it is sent. Must not throw. */
  onBatch?: OnBatch | undefined
}

/** @param calls how many calls share the batch */
export type OnBatch = (verb: 'read' | 'claim' | 'commit', calls: number) => void

/**
 * A store whose reads, claims and outcomes share commits: one lane each, in which calls that come while a batch is under
 * way go with the next. Every other verb, and a call that its batch could not carry, is the work of `single`.
 */
export class GroupCommitStore<Form extends StoreForm> implements Store<Form> {
  readonly leaseMs: number
  private readonly reads: Lane<ReadCall, IdempotencyRow | null>
  private readonly claims: Lane<ClaimCall<Form>, Claimed | null>
  private readonly commits: Lane<CommitCall<Form>, boolean>

  /** @param newToken makes a UUID for each claim */
  constructor(
    private readonly single: Store<Form> & LostCommits<Form>,
    private readonly batches: Batches<Form>,
    private readonly newToken: () => string,
    { clock = systemClock, turn, onBatch }: LaneOptions = {},
  ) {
    this.leaseMs = single.leaseMs
    this.reads = new Lane(
      {
        waitingMax: WAITING_MAX,
        send: (calls) => batches.readAll(calls),
        onBatch: (calls) => onBatch?.('read', calls),
        alone: ({ merchantId, id }) => single.read(merchantId, id),
        afterLoss: async (_, error) => Promise.reject(error),
        kindOf: () => 'read',
        keysOf: () => [],
        compare: byRecord,
      },
      clock,
      turn,
    )
    this.claims = new Lane(
      {
        waitingMax: WAITING_MAX,
        send: (calls) => batches.claimAll(calls),
        onBatch: (calls) => onBatch?.('claim', calls),
        alone: ({ record, beginOf }) => single.claim(record, beginOf),
        afterLoss: ({ claim }, error) => heard(error, () => single.findClaim(claim)),
        kindOf: (call) => batches.kindOfClaim(call),
        keysOf: (call) => {
          const apart = batches.apart(call)
          return apart === null ? [recordOf(call.claim)] : [recordOf(call.claim), `apart ${apart}`]
        },
        compare: (one, other) => byRecord(one.claim, other.claim),
      },
      clock,
      turn,
    )
    this.commits = new Lane(
      {
        waitingMax: Number.POSITIVE_INFINITY,
        send: (calls) => batches.commitAll(calls),
        onBatch: (calls) => onBatch?.('commit', calls),
        alone: ({ claim, next }) => single.commit(claim, next),
        afterLoss: (call, error) => heard(error, () => single.findCommit(call)),
        kindOf: (call) => batches.kindOfCommit(call),
        keysOf: (call) => [recordOf(call.claim), ...batches.written(call)],
        isNamed: (call, error) => batches.isNamed(call, error),
        compare: (one, other) => byRecord(one.claim, other.claim),
      },
      clock,
      turn,
    )
  }

  read(merchantId: string, id: string): Promise<IdempotencyRow | null> {
    return this.reads.add({ merchantId, id })
  }

  async claim(record: NewRecord, beginOf: BeginOf<Form>): Promise<Claimed | null> {
    const { merchantId, id } = record
    const claim = { merchantId, id, token: this.newToken(), fence: 1 }
    return this.claims.add({ claim, record, begin: beginOf(this.batches.claimRows), beginOf })
  }

  commit(claim: Claim, next: StoredOutcome<Form>): Promise<boolean> {
    return this.commits.add({ claim, next })
  }

  takeOver(record: NewRecord, fence: number, begin: BeginOf<Form>): Promise<Claimed | null> {
    return this.single.takeOver(record, fence, begin)
  }

  renew(claim: Claim): Promise<boolean> {
    return this.single.renew(claim)
  }

  release(claim: Claim): Promise<boolean> {
    return this.single.release(claim)
  }

  takeOverdue(operation: string, limit: number): Promise<DoubtedRecord[]> {
    return this.single.takeOverdue(operation, limit)
  }

  takeInDoubt(operation: string, merchantId: string, id: string): Promise<DoubtedRecord | null> {
    return this.single.takeInDoubt(operation, merchantId, id)
  }

  unpark(merchantId: string, id: string, writes: Form['write'][]): Promise<boolean> {
    return this.single.unpark(merchantId, id, writes)
  }

  markOverdue(limit: number): Promise<number> {
    return this.single.markOverdue(limit)
  }

  endFarLeases(longestPauseMs: number, limit: number): Promise<number> {
    return this.single.endFarLeases(longestPauseMs, limit)
  }

  reap(limit: number): Promise<number> {
    return this.single.reap(limit)
  }

  expireAnswers(limit: number): Promise<number> {
    return this.single.expireAnswers(limit)
  }
}

/** Looks a call up whose commit was not heard of. @throws error when nothing was, or nothing may have been carried out */
async function heard<Result>(error: StoreUnavailable, find: () => Promise<Result | null>): Promise<Result> {
  const found = error.maybeDone ? await find() : null
  if (found === null) throw error
  return found
}

/** The merchant first: what batches lock beside the records (the head of an audit chain) is locked by merchant. */
function byRecord(one: ReadCall, other: ReadCall): number {
  const [mine, theirs] = [recordOf(one), recordOf(other)]
  return mine < theirs ? -1 : mine > theirs ? 1 : 0
}

function recordOf({ merchantId, id }: ReadCall): string {
  return `${merchantId}/${id}`
}
