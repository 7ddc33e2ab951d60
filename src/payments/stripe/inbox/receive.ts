import { setTimeout as pause } from 'node:timers/promises'
import { Lane } from '@/idempotency/stores/lane'
import { callDatabase } from '@/idempotency/stores/prisma-errors'
import type { SendStatement } from '@/platform/db'
import { type ReceivedEvent, subjectOf } from './event'

/** Events that may wait for the database in one process; one more is refused, and Stripe sends it again. 1,024: four batches. */
const WAITING_MAX = 1_024
/** 256 events of one statement: what comes within 20 ms at 12,000 a second. */
const BATCH_MAX = 256
/**
 * 20 ms for which events wait for more of them. Each commit makes those of payments wait for the disk once more: so events commit 50 times a
 * second at most, however many come. Stripe waits for an answer for seconds.
 */
const GATHER_MS = 20

const AFTER = {
  after(ms: number, then: () => void) {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}

/**
 * The same text for each number of events, so that many share one statement and one commit. An event that is there already is left as it is.
 * Rows come in the order of the key: two processes that get the same events lock them in one order.
 */
const INSERT = `
  INSERT INTO stripe_event (account, id, type, object_id, gateway_key, created_at, facts, source, state, next_at)
  SELECT account, id, type, object_id, gateway_key, created_at, facts::jsonb, source,
    CASE WHEN ignored THEN 'ignored' ELSE 'received' END, CASE WHEN ignored THEN NULL ELSE now() END
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::boolean[])
    AS input (account, id, type, object_id, gateway_key, created_at, facts, source, ignored)
  ORDER BY account, id
  ON CONFLICT (account, id) DO NOTHING`

/**
 * Keeps events, and resolves once they are durable. Those that come close together, or while a statement is under way, share the next one: a burst
 * takes one connection and one commit at a time, whoever sends it.
 */
export class Receiver {
  private readonly lane: Lane<ReceivedEvent, true>

  /** @param send see `statementSender` */
  constructor(private readonly send: SendStatement) {
    this.lane = new Lane(
      {
        waitingMax: WAITING_MAX,
        batchMax: BATCH_MAX,
        send: (events) => this.keepAll(events),
        alone: async (event) => (await this.keepAll([event]))[0] ?? true,
        // Keeping twice is keeping once, and Stripe sends again what was not answered.
        afterLoss: (_, error) => Promise.reject(error),
        kindOf: () => 'event',
        keysOf: ({ account, id }) => [`${account}/${id}`],
        compare: (one, other) => (one.id < other.id ? -1 : 1),
      },
      AFTER,
      () => pause(GATHER_MS),
    )
  }

  /** Pays at the start for what the first event would wait for: a connection, and the plan of its statement. Never rejects. */
  async warm(): Promise<void> {
    await this.keepAll([]).catch(() => undefined)
  }

  /** @throws StoreUnavailable when the database cannot be asked, or too many events wait for it */
  async keep(event: ReceivedEvent): Promise<void> {
    await this.lane.add(event)
  }

  private async keepAll(events: readonly ReceivedEvent[]): Promise<true[]> {
    const column = <T>(of: (event: ReceivedEvent) => T) => events.map(of)
    await callDatabase(
      () =>
        this.send({
          name: 'stripe-event-insert',
          text: INSERT,
          values: [
            column(({ account }) => account),
            column(({ id }) => id),
            column(({ type }) => type),
            column(({ objectId }) => objectId),
            column(({ gatewayKey }) => gatewayKey),
            column(({ createdAt }) => createdAt.toISOString()),
            column(({ facts }) => JSON.stringify(facts)),
            column(({ source }) => source),
            column(({ type }) => subjectOf(type) === null),
          ],
        }),
      { repeat: true },
    )
    return events.map(() => true as const)
  }
}
