import { type AnswerCount, answerCount, COUNT_ANSWERS } from '@/idempotency/stores/reencrypt-sql'
import { type RowReader, rows } from '../db'
import { allKeys, type Wrapping } from './key-rows'

export interface AnswerKeyReport {
  /** Stored answers of all merchants, by the version of their key. */
  counted: AnswerCount[]
  /** Keys that the secret cannot unwrap. Null: it is not known here. */
  unusable: number | null
}

/** How much is stored under which key. Reads the whole table of records. */
export async function reportKeys(db: RowReader, wrapping: Wrapping | null): Promise<AnswerKeyReport> {
  const counted = await rows(db, answerCount, COUNT_ANSWERS)
  if (wrapping === null) return { counted, unusable: null }
  const keys = await allKeys(db)
  return {
    counted,
    unusable: keys.filter(({ wrapped, ...name }) => wrapping.unwrap(wrapped, name) === null).length,
  }
}
