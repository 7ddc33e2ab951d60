import { ProblemError } from '@payonce/idempotency/problems'
import { isKnownTime } from '@/lib/text'

/**
 * The cursor of a list: the position of its last row, opaque to the client. Lists are read by key, never by
 * offset.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const MICROS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/

export function writeCursor(...parts: (string | number)[]): string {
  return Buffer.from(parts.join('|')).toString('base64url')
}

/**
 * A cursor of (time in microseconds, id).
 * @param id the form of the id; a UUID unless given
 * @throws ProblemError `validation` for a cursor that we did not write
 */
export function readTimeCursor(
  cursor: string | undefined,
  id: RegExp = UUID,
): { at: string; id: string } | null {
  if (cursor === undefined) return null
  const [at = '', rest = ''] = partsOf(cursor)
  if (!MICROS.test(at) || !isInstant(at) || !id.test(rest)) throw badCursor()
  return { at, id: rest }
}

/**
 * A cursor of an id that begins with its time.
 * @throws ProblemError `validation` for a cursor that we did not write
 */
export function readIdCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null
  const [id = '', ...more] = partsOf(cursor)
  if (!UUID.test(id) || more.length > 0) throw badCursor()
  return id
}

/**
 * A cursor of (transaction, position of the entry in it).
 * @throws ProblemError `validation` for a cursor that we did not write
 */
export function readLineCursor(
  cursor: string | undefined,
): { transactionId: string; position: number } | null {
  if (cursor === undefined) return null
  const [transactionId = '', position = ''] = partsOf(cursor)
  if (!UUID.test(transactionId) || !/^\d{1,4}$/.test(position)) throw badCursor()
  return { transactionId, position: Number(position) }
}

/**
 * A cursor of (amount in minor units, id of a payment).
 * @throws ProblemError `validation` for a cursor that we did not write
 */
export function readAmountCursor(cursor: string | undefined): { amount: bigint; id: string } | null {
  if (cursor === undefined) return null
  const [amount = '', id = ''] = partsOf(cursor)
  if (!/^\d{1,16}$/.test(amount) || !UUID.test(id)) throw badCursor()
  return { amount: BigInt(amount), id }
}

/** True for a day that exists; `new Date` takes 30 February for 2 March. */
function isInstant(at: string): boolean {
  return isKnownTime(at) && new Date(at).toISOString().slice(0, 19) === at.slice(0, 19)
}

function partsOf(cursor: string): string[] {
  return Buffer.from(cursor, 'base64url').toString().split('|')
}

function badCursor(): ProblemError {
  return new ProblemError({
    kind: 'validation',
    detail: 'This cursor is not valid. Send the nextCursor of a page as it is.',
  })
}
