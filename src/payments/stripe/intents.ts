import { z } from 'zod'
import { type Db, firstRow, sql } from '@/platform/db'
import type { DeclineCode } from '../gateway'

/** The intent that stands for a key at Stripe, as our own row has it. */
export interface IntentRow {
  key: string
  /** Null: withdrawn without an intent. */
  intentId: string | null
  amountMinor: bigint
  currency: string
  declineCode: string | null
  cardLabel: string | null
}

/** Where the rows are kept: our own table, or memory in a simulation. */
export interface IntentStore {
  find(key: string): Promise<IntentRow | null>
  /**
   * Makes an intent the one of its key, unless the key has one. Resolves with the row that counts, whoever wrote it: only its intent may be
   * confirmed.
   */
  claim(row: NewIntentRow): Promise<IntentRow>
  /** Keeps the first decline of a key: Stripe's own trace of it may be gone once the intent is cancelled. Resolves with what is kept. */
  keepDecline(row: IntentRow, decline: { code: DeclineCode; cardLabel: string }): Promise<IntentRow>
  /** When our first intent was claimed; null before it. */
  firstAt(): Promise<Date | null>
}

export type NewIntentRow = Pick<IntentRow, 'key' | 'intentId' | 'amountMinor' | 'currency'>

export function intentStore(db: Db): IntentStore {
  return {
    find: (key) => findIntent(db, key),
    claim: (row) => claimIntent(db, row),
    keepDecline: (row, decline) => keepDecline(db, row, decline),
    firstAt: () => firstIntentAt(db),
  }
}

const intentRow: z.ZodType<IntentRow> = z.strictObject({
  key: z.string(),
  intentId: z.string().nullable(),
  amountMinor: z.bigint(),
  currency: z.string(),
  declineCode: z.string().nullable(),
  cardLabel: z.string().nullable(),
})

const COLUMNS = sql`gateway_key AS key, intent_id AS "intentId", amount AS "amountMinor", currency, decline_code AS "declineCode",
  card_label AS "cardLabel"`

function findIntent(db: Db, key: string): Promise<IntentRow | null> {
  return firstRow(db, intentRow, sql`SELECT ${COLUMNS} FROM stripe_intent WHERE gateway_key = ${key}`)
}

async function claimIntent(
  db: Db,
  { key, intentId, amountMinor, currency }: NewIntentRow,
): Promise<IntentRow> {
  const claimed = await firstRow(
    db,
    intentRow,
    sql`
      INSERT INTO stripe_intent (gateway_key, intent_id, amount, currency)
      VALUES (${key}, ${intentId}, ${amountMinor}::bigint, ${currency})
      ON CONFLICT (gateway_key) DO NOTHING RETURNING ${COLUMNS}`,
  )
  // A statement of its own: the one above does not see a row that was committed while it ran.
  const row = claimed ?? (await findIntent(db, key))
  if (!row) throw new Error(`the intent of key ${key} could not be claimed`)
  return row
}

async function keepDecline(
  db: Db,
  row: IntentRow,
  decline: { code: DeclineCode; cardLabel: string },
): Promise<IntentRow> {
  await db.$executeRaw(sql`
    UPDATE stripe_intent SET decline_code = ${decline.code}, card_label = ${decline.cardLabel}
    WHERE gateway_key = ${row.key} AND decline_code IS NULL`)
  return (await findIntent(db, row.key)) ?? row
}

const firstIntent = z.strictObject({ at: z.date().nullable() })

async function firstIntentAt(db: Db): Promise<Date | null> {
  const first = await firstRow(db, firstIntent, sql`SELECT min(created_at) AS at FROM stripe_intent`)
  return first?.at ?? null
}
