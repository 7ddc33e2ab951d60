import type { Edit } from './bundle'

/** A plausible mistake in the engine, as a change of its text. The simulation must find each. */
export interface Mutant {
  name: string
  edits: Edit[]
}

const RECORD = 'src/idempotency/core/record.ts'
const RUN = 'src/idempotency/core/run.ts'
const RECOVERY = 'src/idempotency/core/recovery.ts'
const SIZE = 'src/idempotency/core/answer-size.ts'
const LEASE = 'src/idempotency/core/lease.ts'
const WAITERS = 'src/idempotency/core/waiters.ts'
const MEMORY = 'src/idempotency/stores/memory.ts'
const LANE = 'src/idempotency/stores/lane.ts'
const GROUP = 'src/idempotency/stores/group-commit.ts'

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'drop the fence: any claim may write',
    edits: [
      { file: MEMORY, find: 'row?.token === claim.token && row.fence === claim.fence &&', replace: 'row &&' },
    ],
  },
  {
    name: 'take over from sending: ask again what may have been asked',
    edits: [
      {
        file: RECORD,
        find: "return row.leaseOver ? { kind: 'unknown', answer: null, row } : { kind: 'busy' }",
        replace: "return row.leaseOver ? { kind: 'take-over', fence: row.fence } : { kind: 'busy' }",
      },
      {
        file: MEMORY,
        find: "if (row?.state !== 'claimed' || row.fence",
        replace: "if (!row || (row.state !== 'claimed' && row.state !== 'sending') || row.fence",
      },
    ],
  },
  {
    name: 'retry on unknown: a doubt counts as a failure',
    edits: [
      {
        file: RECORD,
        find: "return storedAnswer(row, (answer) => ({ kind: 'unknown', answer, row }))",
        replace: "return { kind: 'take-over', fence: row.fence }",
      },
      {
        file: MEMORY,
        find: "if (row?.state !== 'claimed' || row.fence",
        replace: "if (!row || row.state === 'completed' || row.state === 'tombstone' || row.fence",
      },
    ],
  },
  {
    name: 'complete without compare-and-set: a finished record is finished again',
    edits: [
      {
        file: MEMORY,
        find: '&& isUnfinished(row.state) ? row : null',
        replace: '? row : null',
      },
    ],
  },
  {
    name: 'the resolver asks for the effect instead of looking it up',
    edits: [{ file: RECOVERY, find: 'operation.find(begun)', replace: 'operation.ask(begun)' }],
  },
  {
    name: 'the sweep ignores the lease',
    edits: [
      {
        file: MEMORY,
        find: "['sending', 'unknown'].includes(row.state) && !row.parked && row.leaseUntil < this.now()",
        replace: "['sending', 'unknown'].includes(row.state) && !row.parked",
      },
    ],
  },
  {
    name: 'the reaper ignores the state',
    edits: [
      {
        file: MEMORY,
        find: "row.state === 'claimed' && row.leaseUntil < this.now()) .slice",
        replace: "row.state !== 'completed' && row.leaseUntil < this.now()).slice",
      },
    ],
  },
  {
    name: 'retention deletes instead of leaving a tombstone',
    edits: [
      {
        file: MEMORY,
        find: 'for (const row of past) Object.assign(row, TOMBSTONE)',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        replace: 'for (const row of past) this.rows.delete(`${row.merchantId}/${row.id}`)',
      },
    ],
  },
  {
    name: 'a tombstone is executed again',
    edits: [
      {
        file: RECORD,
        find: "return { kind: 'expired', row }",
        replace: "return { kind: 'take-over', fence: row.fence }",
      },
      {
        file: MEMORY,
        find: "if (row?.state !== 'claimed' || row.fence",
        replace: "if (!row || (row.state !== 'claimed' && row.state !== 'tombstone') || row.fence",
      },
    ],
  },
  {
    name: 'a mismatch is answered like a replay',
    edits: [
      {
        file: RECORD,
        find: "if (mine !== row.fingerprint && !isFree(row) && !isForgotten(row)) return { kind: 'mismatch', row }",
        replace: '',
      },
    ],
  },
  {
    name: 'no heartbeat: a slow bank loses its lease',
    edits: [{ file: LEASE, find: 'if (renewed && !over) cancel = wait()', replace: '' }],
  },
  {
    name: 'no ceiling: a bank that hangs blocks its key for ever',
    edits: [
      {
        file: MEMORY,
        find: '|| this.now() >= row.claimedSince + CEILING_LEASES * this.leaseMs',
        replace: '',
      },
    ],
  },
  {
    name: 'the claim overwrites the record that is there',
    edits: [
      {
        file: MEMORY,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        find: 'if (this.rows.has(`${record.merchantId}/${record.id}`)) return null',
        replace: '',
      },
    ],
  },
  {
    name: 'an answer that is too large leaves its record in doubt',
    edits: [
      {
        file: SIZE,
        find: "{ to: 'tombstone', answer: null, writes: next.writes }",
        replace: "{ to: 'unknown', answer: null, writes: next.writes, retryInMs: 5_000 }",
      },
    ],
  },
  {
    name: 'a lost lease is answered like a commit',
    edits: [{ file: RUN, find: "if (stored === 'lost') return 'again'", replace: '' }],
  },
  {
    name: 'an answer is sent before it is stored',
    edits: [
      {
        file: RUN,
        find: "if (stored === 'not-stored') return this.turnAway(outcomeUnknown(this.operation.resourceFacts(subjectId)))",
        replace: '',
      },
    ],
  },
  {
    name: 'a random key at the bank: the key of the client does not determine it',
    edits: [
      {
        file: RUN,
        find: 'subjectId: randomSubject ? this.options.newId() : subjectIdOf(this.id),',
        replace: 'subjectId: this.options.newId(),',
      },
    ],
  },
  {
    name: 'waiters wake each other in turn',
    edits: [{ file: WAITERS, find: 'if (wake) this.wake(id)', replace: 'this.wake(id)' }],
  },
  {
    name: 'the answers of a batch are swapped between its calls',
    edits: [
      {
        file: LANE,
        find: 'one.resolve(results[index] as Result)',
        replace: 'one.resolve(results[batch.length - 1 - index] as Result)',
      },
    ],
  },
  {
    name: 'the failure of one call is told to its whole batch',
    edits: [
      {
        file: LANE,
        find: 'if (batch.length === 1) return void settle(first, this.work.alone(first.call))',
        replace: 'if (first) return void batch.map((one) => one.reject(error))',
      },
    ],
  },
  {
    name: 'a batch drops the fence: any claim may write in it',
    edits: [
      {
        file: MEMORY,
        find: 'const rows = calls.map((call) => this.findClaimed(call.claim))',
        replace:
          'const rows = calls.map((call) => (this.all().find(({ id }) => id === call.claim.id) ?? null) as any)',
      },
    ],
  },
  {
    name: 'an outcome is acknowledged before the commit of its batch',
    edits: [
      {
        file: GROUP,
        find: 'return this.commits.add({ claim, next })',
        replace: 'this.commits.add({ claim, next }).catch(() => undefined); return Promise.resolve(true)',
      },
    ],
  },
  {
    name: 'an outcome whose commit was not heard of counts as stored',
    edits: [
      {
        file: GROUP,
        find: 'afterLoss: (call, error) => heard(error, () => single.findCommit(call)),',
        replace: 'afterLoss: async () => true,',
      },
    ],
  },
]
