import type { AnyOperation, Engine } from '@payonce/idempotency'
import type { SqlForm } from '@payonce/idempotency/sql'
import { z } from 'zod'
import { MAY_BE_UNFINISHED } from '@/idempotency/stores/record-sql'
import { type Db, firstRow, sql } from '@/platform/db'

export interface RecheckDeps {
  db: Db
  engine: Pick<Engine<SqlForm>, 'hint'>
  /** Every operation of the registry: the record names the one that began the payment. */
  operations: readonly AnyOperation<SqlForm>[]
}

const waitingRecord = z.strictObject({ merchantId: z.string(), recordId: z.string(), operation: z.string() })

/**
 * Asks the bank at once about the payment whose shopper has just confirmed or refused at `actionUrl`, rather than at the resolver's next
 * turn. The caller is not believed: what the bank answers decides. Does nothing when no payment waits there.
 */
export async function recheckPayment(
  { db, engine, operations }: RecheckDeps,
  actionUrl: string,
  requestId: string,
): Promise<void> {
  // Found through the records in doubt: they are few and have an index, and the column has none.
  const record = await firstRow(
    db,
    waitingRecord,
    sql`
      SELECT r.merchant_id::text AS "merchantId", r.id AS "recordId", r.operation
      FROM idempotency_record r JOIN payment p ON p.merchant_id = r.merchant_id AND p.id = r.subject_id
      WHERE r.state = 'unknown' AND ${MAY_BE_UNFINISHED} AND p.status = 'requires_action' AND p.action_url = ${actionUrl}`,
  )
  const begunBy = operations.find(({ name }) => name === record?.operation)
  if (record && begunBy) await engine.hint(begunBy, record, requestId)
}
