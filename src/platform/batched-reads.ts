import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { Lane } from '@/idempotency/stores/lane'
import type { SendStatement } from '@/idempotency/stores/pg-batches'
import { callDatabase } from '@/idempotency/stores/prisma-errors'
import { compared } from '@/idempotency/stores/rows'
import { type Sql, sql } from './db'

/** Reads that may wait at one time; one more is refused. 2,048: 32 batches, as many as reads of records. */
const WAITING_MAX = 2_048

const AFTER = {
  after(ms: number, then: () => void) {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}

/** What is read: at most one row for each key. */
export interface BatchedRead<Row extends { key: string }> {
  /** Type of the keys in PostgreSQL. */
  type: 'text' | 'uuid'
  /** A query whose FROM has `wanted`: one row for each key, in its column `key`. It returns that key, as text, with each row. */
  query(wanted: Sql): Sql
  /** As for `rows`. */
  shape: z.ZodType<Row>
}

/**
 * Reads of single rows that share a statement: who asks while one is under way goes with the next, so each row is read after it was asked
 * for, and never remembered.
 */
export class BatchedReads<Row extends { key: string }> {
  private readonly lane: Lane<string, Row | null>
  /** The reads that were not sent yet: all who ask for one row meanwhile share its place, so a thousand of them take one. */
  private readonly unsent = new Map<string, Promise<Row | null>>()

  /** @param send see `statementSender` */
  constructor(send: SendStatement, { type, query, shape }: BatchedRead<Row>) {
    const { text, values } = query(sql`unnest(${KEYS}::${TYPES[type]}[]) AS wanted (key)`)
    const name = createHash('sha256').update(text).digest('base64url')
    const readAll = async (calls: readonly string[]) => {
      const keys = [...new Set(calls)]
      for (const key of keys) this.unsent.delete(key)
      const statement = {
        name,
        text,
        values: values.map((value: unknown) => (value === KEYS ? keys : value)),
      }
      const found = compared(
        shape,
        (await callDatabase(() => send(statement), { repeat: true })) as unknown as Row[],
      )
      const byKey = new Map(found.map((row) => [row.key, row]))
      return calls.map((key) => byKey.get(key) ?? null)
    }
    this.lane = new Lane(
      {
        waitingMax: WAITING_MAX,
        send: readAll,
        alone: async (key) => (await readAll([key]))[0] ?? null,
        afterLoss: async (_, error) => Promise.reject(error),
        kindOf: () => 'read',
        keysOf: () => [],
        compare: () => 0,
      },
      AFTER,
    )
  }

  /** @throws StoreUnavailable when the database cannot be asked, or too many wait for it */
  read(key: string): Promise<Row | null> {
    const shared = this.unsent.get(key)
    if (shared) return shared
    const row = this.lane.add(key)
    this.unsent.set(key, row)
    // Refused before it was sent, or long since answered.
    const forget = () => this.unsent.get(key) === row && this.unsent.delete(key)
    row.then(forget, forget)
    return row
  }
}

/** Stands for the keys in the values of a query. */
const KEYS = { keys: 'of the batch' }
const TYPES = { text: sql`text`, uuid: sql`uuid` }
