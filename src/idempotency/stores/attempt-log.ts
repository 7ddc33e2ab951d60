import { createHash } from 'node:crypto'
import type { LoggedAttempt } from '../core/events'
import type { SendStatement } from './pg-batches'
import { WriteBehind } from './write-behind'

/** Dependencies of the attempt log. */
export interface AttemptLogOptions {
  /** Connections that no payment waits for. */
  send: SendStatement
  /** Name of this process. */
  worker: string
  newId: () => string
  /**
   * Called when attempts were dropped because they could not be written: a gap in the log, never in the
   * money.
   */
  onLost: (count: number, error: unknown) => void
}

/**
 * Delay before a write. 100 ms: the dashboard is practically live, and a storm of replays is ten statements a
 * second.
 */
const FLUSH_MS = 100
/**
 * Attempts kept in memory while the database is slow or away; beyond it the oldest are dropped. 10,000: a few
 * megabytes.
 */
const KEPT_MAX = 10_000
/** Rows per statement. 500: some milliseconds, and few are lost with one that the database never accepts. */
const BATCH_MAX = 500
type Row = LoggedAttempt & { id: string }

/** Writes attempts in batches, outside the request: a replay itself writes nothing. */
export class AttemptLog {
  private readonly rows: WriteBehind<Row>
  private lost = 0

  constructor(private readonly options: AttemptLogOptions) {
    const { send, worker, onLost } = options
    this.rows = new WriteBehind<Row>({
      write: (batch) => send(insertOf(batch, worker)),
      onLost: () => {
        this.lost += 1
      },
      onFailed: (error) => {
        if (this.lost > 0) onLost(this.lost, error)
        this.lost = 0
      },
      flushMs: FLUSH_MS,
      keptMax: KEPT_MAX,
      batchMax: BATCH_MAX,
    })
  }

  /** Queues one attempt. Never throws and never waits. @param id of a row that may exist already, and counts once */
  add(attempt: LoggedAttempt, id = this.options.newId()): void {
    // The id is made once: a batch whose commit got no answer is sent again, and must not count twice.
    this.rows.add({ ...attempt, id })
  }

  /** Presses of a button that the page held back while one request was running: no request, so no status, fence or duration. */
  addHeldPresses({
    id,
    ...held
  }: Pick<
    LoggedAttempt,
    'merchantId' | 'recordId' | 'operation' | 'presses' | 'requestId' | 'actor' | 'address' | 'at'
  > & { id?: string }): void {
    const request = { outcome: 'held', source: 'browser', status: 0, problem: null } as const
    this.add({ ...held, ...request, fence: null, durationMs: 0 }, id)
  }

  /** Resolves when every attempt added before is written or dropped. */
  flush(): Promise<void> {
    return this.rows.flush()
  }
}

/** The columns with their types and values: an array each, so that one text, and one plan, serves any number of rows. */
const COLUMNS: readonly [name: string, type: string, of: (row: Row, worker: string) => unknown][] = [
  ['merchant_id', 'uuid', ({ merchantId }) => merchantId],
  ['id', 'uuid', ({ id }) => id],
  ['record_id', 'text', ({ recordId }) => recordId],
  ['operation', 'text', ({ operation }) => operation],
  ['outcome', 'text', ({ outcome }) => outcome],
  ['presses', 'int', ({ presses }) => presses],
  ['status', 'smallint', ({ status }) => status],
  ['problem', 'text', ({ problem }) => problem],
  ['source', 'text', ({ source }) => source],
  ['request_id', 'text', ({ requestId }) => requestId],
  ['actor', 'text', ({ actor }) => actor ?? null],
  ['address', 'text', ({ address }) => address ?? null],
  ['worker', 'text', (_, worker) => worker],
  ['fence', 'int', ({ fence }) => fence],
  ['at', 'timestamptz', ({ at }) => at],
  ['duration_ms', 'int', ({ durationMs }) => durationMs],
  ['asked_ms', 'int', ({ askedMs }) => askedMs ?? null],
  ['answered_ms', 'int', ({ answeredMs }) => answeredMs ?? null],
]
const NAMES = COLUMNS.map(([name]) => name).join(', ')
const ARRAYS = COLUMNS.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')
const TEXT = `INSERT INTO attempt (${NAMES}) SELECT * FROM unnest(${ARRAYS}) ON CONFLICT DO NOTHING`
const NAME = createHash('sha256').update(TEXT).digest('base64url')

function insertOf(batch: readonly Row[], worker: string): Parameters<SendStatement>[0] {
  return { name: NAME, text: TEXT, values: COLUMNS.map(([, , of]) => batch.map((row) => of(row, worker))) }
}
