import { z } from 'zod'
import { type Db, rows, sql } from '@/platform/db'

const counts = {
  requests: z.float64(),
  keyed: z.float64(),
  replays: z.float64(),
  mismatches: z.float64(),
  conflicts: z.float64(),
  refused: z.float64(),
  failed: z.float64(),
  newKeys: z.float64(),
}
const useRow = z.strictObject({ apiKeyId: z.string(), ...counts })
/** What the logged requests of an API key came to. */
export type KeyUse = z.infer<typeof useRow>

/** The use of a merchant's API keys in the last `days` days, by whole hours. A key without a request is not among them. */
export function useOfKeys(db: Db, merchantId: string, days: number): Promise<KeyUse[]> {
  return rows(
    db,
    useRow,
    sql`
      SELECT api_key_id::text AS "apiKeyId", sum(requests)::float8 AS requests, sum(keyed)::float8 AS keyed, sum(replays)::float8 AS replays,
        sum(mismatches)::float8 AS mismatches, sum(conflicts)::float8 AS conflicts, sum(refused)::float8 AS refused, sum(failed)::float8 AS failed,
        sum(new_keys)::float8 AS "newKeys"
      FROM api_key_hour WHERE merchant_id = ${merchantId}::uuid AND hour > now() - ${days} * interval '1 day'
      GROUP BY api_key_id`,
  )
}
