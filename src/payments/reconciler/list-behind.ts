import type { Problem } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { type Db, firstRow, type Sql, sql } from '@/platform/db'
import type { Gateway } from '../gateway'
import { gatewayNameSql } from '../stripe/account-store'
import { OVERLAP_MS } from './list-position'

/**
 * SQL condition: the bank's list was last read so long ago that the bank may have forgotten a key which it was asked under since then.
 *
 * A database that comes back from a backup does not know that it has forgotten anything. Its position in the bank's list does: that went
 * back too. While it is younger than the bank's memory, a key without a record may be sent: if it was sent before, the bank answers with its
 * first charge. Once it is older, the same request could be a second charge, so nothing is begun until the reconciler has read on. Then each
 * forgotten charge lies in `open_charge`, under its key. False where the list was never read: the installation is new.
 * @param account an expression: name of the merchant's own account at the bank, whose list it is then; null: the installation's
 */
export function listIsBehind(gateway: Gateway, account: Sql): Sql {
  const ms = gateway.remembersForMs - gateway.settlesWithinMs - OVERLAP_MS
  if (!Number.isFinite(ms)) return sql`false`
  return sql`EXISTS (
    SELECT FROM reconciliation WHERE gateway = ${gatewayNameSql(account, gateway.name)}
      AND CASE WHEN after IS NULL THEN updated_at ELSE last_charge_at END < now() - ${ms} * interval '1 millisecond')`
}

const behindRow = z.strictObject({ behind: z.boolean() })

/** Whether `listIsBehind`, as the reason of an operation that did not begin. */
export async function isListBehind(db: Db, gateway: Gateway, account: Sql): Promise<boolean> {
  return (
    (await firstRow(db, behindRow, sql`SELECT ${listIsBehind(gateway, account)} AS behind`))?.behind ?? false
  )
}

/** The answer while the list is behind. 5 s: the worker reads on within a minute, and a client's own patience does the rest. */
export function bankListBehind(): Problem {
  return {
    kind: 'unavailable',
    detail:
      'Our list of the bank’s charges is being brought up to date first. This request charged nothing; send the same request again.',
    retryAfterSeconds: 5,
  }
}
