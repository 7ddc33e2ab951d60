import { type Sql, sql } from '@/platform/db'

/** Subquery: charges that really happened at the simulated bank under these keys (a SELECT of keys, or one column). */
export function chargesUnder(keys: Sql): Sql {
  return sql`(SELECT count(*)::float8 FROM gateway_simulator.charge WHERE idempotency_key IN (${keys}))`
}

/** Subquery: every charge that really happened at the simulated bank, also those under no key of ours. */
export const ALL_CHARGES: Sql = sql`(SELECT count(*)::float8 FROM gateway_simulator.charge)`
