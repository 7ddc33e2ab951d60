import { type Sql, sql } from '@/platform/db'

/** Subquery: every charge that really happened at the simulated bank, also those under no key of ours. */
export const ALL_CHARGES: Sql = sql`(SELECT count(*)::float8 FROM gateway_simulator.charge)`
