import { type Db, sql } from '@/platform/db'

/** Days for which the counts of an API key are kept: a quarter, some hundred bytes for each hour of use. */
const COUNTS_DAYS = 90

/**
 * Removes a batch of requests that were kept for long enough, and of counts.
 * @param days see PAYONCE_REQUEST_LOG_DAYS; 0 removes all
 * @returns the requests removed
 */
export async function forgetRequests(db: Db, days: number, batch: number): Promise<number> {
  const removed = await db.$executeRaw(sql`
    DELETE FROM api_request WHERE (merchant_id, id) IN (
      SELECT merchant_id, id FROM api_request WHERE at < now() - ${days} * interval '1 day' ORDER BY at LIMIT ${batch})`)
  await db.$executeRaw(sql`
    DELETE FROM api_request_loss WHERE (merchant_id, id) IN (
      SELECT merchant_id, id FROM api_request_loss WHERE at < now() - ${days} * interval '1 day' ORDER BY at LIMIT ${batch})`)
  await db.$executeRaw(sql`
    DELETE FROM api_key_hour WHERE (merchant_id, api_key_id, hour) IN (
      SELECT merchant_id, api_key_id, hour FROM api_key_hour WHERE hour < now() - ${days === 0 ? 0 : COUNTS_DAYS} * interval '1 day'
      ORDER BY hour LIMIT ${batch})`)
  return removed
}
