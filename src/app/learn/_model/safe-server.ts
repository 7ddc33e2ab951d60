import type { Claims, Doubts, EngineReply } from '@payonce/idempotency'
import { Engine, recordId } from '@payonce/idempotency'
import { type MemoryForm, MemoryStore } from '@payonce/idempotency/memory'
import { showProblem } from '@payonce/idempotency/problems'
import { ModelClock } from './model-clock'
import type { PaymentReply } from './payment'
import { type PaidRow, safePayment } from './safe-payment'
import type { StartServer } from './side'
import type { Steps } from './steps'

/** A processed request, as the store has it. */
export interface StoredRecord {
  key: string
  state: string
  status: number | null
  answer: string | null
}

/** One shop, one client: every key of the page has the same owner. */
const SCOPE = { merchantId: 'shop', actor: 'you' }
const OPERATION = 'payments.create'
/** A request waits this long for another one under its key: longer than anybody presses *Next step*. */
const WAIT_MS = 10_000
/** Records that one round of the resolver settles. */
const ROUND = 10

/** The record of this key, and the row that its payment works on: the key that the bank gets. */
export function recordOf(key: string): string {
  return recordId(SCOPE, OPERATION, key)
}

/** The database of the right side, which survives its servers, and those servers: each has an engine of its own. */
export class SafeServers {
  private readonly clock = new ModelClock()
  private tokens = 0
  private readonly store = new MemoryStore(
    () => this.clock.now().getTime(),
    () => `token-${++this.tokens}`,
  )
  private readonly rows = new Map<string, PaidRow>()
  private readonly keys = new Map<string, string>()
  private starts = 0

  /** From the second start on the leases of the dead server are over, and the resolver goes through what it left. */
  readonly start: StartServer = ({ steps, bank }) => {
    const operation = safePayment(bank, this.rows)
    this.clock.clear()
    const engine = new Engine<MemoryForm>({
      store: this.steppedStore(steps),
      clock: this.clock,
      observe: () => undefined,
      newId: () => 'unused: the key determines the row',
      fieldSecrets: ['the page has no secrets'],
    })
    if (this.starts++ > 0) {
      this.clock.pass(this.store.leaseMs + 1)
      void engine.recover(operation, ROUND, `start-${this.starts}`)
    }
    return async ({ key, input }) => {
      this.keys.set(recordOf(key), key)
      const request = { scope: SCOPE, key, input, waitMs: WAIT_MS, source: 'browser', requestId: key }
      return replyOf(await engine.run(operation, request))
    }
  }

  /** One step has been taken. */
  tick(): void {
    this.clock.pass(1)
  }

  records(): StoredRecord[] {
    return this.store
      .all()
      .map(({ id, state, status, answer }) => ({ key: this.keyOf(id), state, status, answer }))
  }

  private keyOf(id: string): string {
    return this.keys.get(id) ?? id
  }

  /** The memory store, each call that a press or a recovery makes a step; the others pass through. */
  private steppedStore(steps: Steps): Claims<MemoryForm> & Doubts<MemoryForm> {
    const { store } = this
    const step = <T>(title: string, act: () => Promise<T>, result: (value: T) => string) =>
      steps.step({ kind: 'other', title, act, result })
    return {
      leaseMs: store.leaseMs,
      read: (merchantId, id) =>
        step(
          `Is ${this.keyOf(id)} in the store?`,
          () => store.read(merchantId, id),
          (row) => (row ? `yes, ${row.state}` : 'no'),
        ),
      claim: (record, begin) =>
        step(
          `Claim ${record.key}, and begin the payment`,
          () => store.claim(record, begin),
          (claimed) => (claimed ? 'claimed, in one commit' : 'another request was faster'),
        ),
      takeOver: (record, fence, begin) => store.takeOver(record, fence, begin),
      renew: (claim) => store.renew(claim),
      commit: (claim, next) =>
        step(
          `Store the result of ${this.keyOf(claim.id)}`,
          () => store.commit(claim, next),
          (stored) => (stored ? 'stored, in one commit' : 'the claim was lost'),
        ),
      release: (claim) => store.release(claim),
      takeOverdue: (operation, limit) =>
        step(
          'Which payments did the dead server leave?',
          () => store.takeOverdue(operation, limit),
          (left) => (left.length === 0 ? 'none' : left.map(({ claim }) => this.keyOf(claim.id)).join(', ')),
        ),
      takeInDoubt: (operation, merchantId, id) => store.takeInDoubt(operation, merchantId, id),
      unpark: (merchantId, id, writes) => store.unpark(merchantId, id, writes),
    }
  }
}

function replyOf(reply: EngineReply): PaymentReply {
  if (reply.kind === 'problem') {
    const shown = showProblem(reply.problem)
    return { status: shown.status, outcome: 'rejected', body: JSON.stringify(shown) }
  }
  return { status: reply.answer.status, outcome: reply.outcome, body: reply.answer.body }
}
