import type pg from 'pg'
import { onConnection } from '@/setup/schema/schema-engine'

/**
 * Deletes every row of the sample shop, if an operator has removed it. To be called while neither web nor worker runs: facts are protected
 * by triggers, which are off meanwhile, and nothing may be written beside it. Plain SQL: `npm start` must not load the whole product for it.
 * @param ownerUrl URL of a superuser
 * @param alone called before anything is deleted: ends web and worker that still run
 * @returns whether there was anything to delete
 */
export function deleteRemovedSample(
  ownerUrl: string,
  alone: () => Promise<void> = async () => undefined,
): Promise<boolean> {
  return onConnection(ownerUrl, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM merchant WHERE mode = 'sample' AND sample_removed_at IS NOT NULL`,
    )
    if (rows.length > 0) await alone()
    for (const { id } of rows) await deleteRows(client, id)
    return rows.length > 0
  })
}

async function deleteRows(client: pg.Client, merchantId: string): Promise<void> {
  const tables = await client.query<{ name: string }>(TABLES)
  await client.query('BEGIN')
  try {
    await client.query("SET LOCAL session_replication_role = 'replica'")
    // First what the bank has of it, which is found by the payments.
    for (const statement of AT_THE_BANK) await client.query(statement, [merchantId])
    for (const { name } of tables.rows)
      await client.query(`DELETE FROM ${name} WHERE merchant_id = $1`, [merchantId])
    await client.query('DELETE FROM merchant WHERE id = $1', [merchantId])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

/** Every table of merchants, those of later versions too. */
const TABLES = `
  SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'merchant_id' AND NOT a.attisdropped
  WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`

const KEYS = 'SELECT gateway_key FROM payment WHERE merchant_id = $1'
const CHARGES = `SELECT id FROM gateway_simulator.charge WHERE idempotency_key IN (${KEYS})`
const AT_THE_BANK = [
  `DELETE FROM gateway_simulator.movement WHERE charge_ref IN (${CHARGES})`,
  `DELETE FROM gateway_simulator.refund WHERE charge_id IN (${CHARGES})`,
  `DELETE FROM gateway_simulator.request WHERE idempotency_key IN (${KEYS})`,
  `DELETE FROM gateway_simulator.charge WHERE idempotency_key IN (${KEYS})`,
  `DELETE FROM open_charge WHERE gateway_key IN (${KEYS})`,
]
