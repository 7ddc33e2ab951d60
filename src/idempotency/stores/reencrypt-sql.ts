import { type Sql, sqltag as sql } from '@prisma/client/runtime/client'
import * as z from 'zod/mini'

/** A stored answer as it is in the table. */
export const storedAnswer = z.strictObject({
  id: z.string(),
  status: z.nullable(z.int()),
  problem: z.nullable(z.string()),
  answer: z.nullable(z.string()),
})
export type StoredAnswer = z.infer<typeof storedAnswer>

/** The next records of a merchant in the order of their ids, with their answers. */
export function answersAfter(merchantId: string, after: string, limit: number): Sql {
  return sql`
    SELECT id, status::int, problem, answer FROM idempotency_record
    WHERE merchant_id = ${merchantId}::uuid AND id > ${after} ORDER BY id LIMIT ${limit}`
}

/** An answer that is encrypted anew: the text in the table, and the one in its place. */
export interface Reencrypted {
  id: string
  before: string
  after: string
}

/** Replaces stored answers by the same answers, encrypted anew. One that has changed since it was read is left as it is. */
export function replaceAnswers(merchantId: string, answers: readonly Reencrypted[]): Sql {
  const column = (name: keyof Reencrypted) => answers.map((answer) => answer[name])
  return sql`
    UPDATE idempotency_record r SET answer = input.after
    FROM unnest(${column('id')}::text[], ${column('before')}::text[], ${column('after')}::text[]) AS input (id, before, after)
    WHERE r.merchant_id = ${merchantId}::uuid AND r.id = input.id AND r.answer = input.before
    RETURNING 1`
}

/**
 * Proves to the trigger `completed_record_is_fixed`, for the rest of this transaction, that the encrypted texts are of the answers in the table:
 * with these salts it computes their digests itself.
 */
export function proveSame(salts: Readonly<Record<string, string>>): Sql {
  return sql`SELECT set_config('payonce.answer_salts', ${JSON.stringify(salts)}, true)`
}

export const answerCount = z.strictObject({
  /** Null: not encrypted. */
  version: z.nullable(z.int()),
  answers: z.int(),
})
export type AnswerCount = z.infer<typeof answerCount>

/** Stored answers of all merchants by the version of their key. Reads the whole table. */
export const COUNT_ANSWERS: Sql = sql`
  SELECT CASE WHEN answer LIKE 's1.%' THEN split_part(answer, '.', 2)::int END AS version, count(*)::float8 AS answers
  FROM idempotency_record WHERE answer IS NOT NULL GROUP BY 1 ORDER BY 1`
