import { z } from 'zod'
import { markOverdue } from '@/idempotency/stores/record-sql'
import { openAccounts } from '@/ledger/chart'
import { sealLedger } from '@/ledger/seal'
import { sumLedger } from '@/ledger/sums'
import type { Currency } from '@/lib/money'
import { countAttempts } from '@/payments/attempt-counts'
import { countHours } from '@/payments/counted'
import { type Db, firstRow } from '@/platform/db'
import { indexSearches } from '@/platform/search-index'
import { fillRows, type SqlRunner } from './fill-rows'

export interface Filling {
  payments: number
  merchantIds: string[]
  currencies: Currency[]
  /** Over which the payments are spread, up to now. */
  days?: number
  /** Called after each batch with the payments that are there. */
  onBatch?(done: number): Promise<void>
}

/** Payments of one statement: some 300 MB of rows, so that a million need no more memory than a few thousand. */
const BATCH = 50_000

/** Writes payments of the past for merchants by SQL (`fillRows`), and opens the accounts that they need. A million take about two minutes. */
export async function fillPayments(
  runner: SqlRunner,
  { payments, merchantIds, currencies, days = 90, onBatch }: Filling,
): Promise<void> {
  for (const merchantId of merchantIds)
    for (const currency of currencies) {
      const accounts = openAccounts(merchantId, currency)
      await runner.query(accounts.text, accounts.values)
    }
  for (let from = 1; from <= payments; from += BATCH) {
    const to = Math.min(from + BATCH - 1, payments)
    await fillRows(runner, { merchantIds, currencies, days, payments, from, to })
    // A check of every row that begins now is planned by statistics: by those of empty tables it would take minutes.
    await runner.query('ANALYZE')
    await onBatch?.(to)
  }
  await runner.query('VACUUM ANALYZE')
}

/** Seals what was posted, as the worker does. @param db connections without the product's limit on a statement's time */
export async function sealAll(db: Db): Promise<void> {
  while ((await sealLedger(db, 10_000)) > 0);
}

/** Sums, counts and copies what pages read, as the worker does beside the work. @param db see `sealAll` */
export async function catchUp(db: Db): Promise<void> {
  while ((await sumLedger(db, 100_000)) > 0);
  while ((await countAttempts(db, 100_000)) > 0);
  // The second turn counts what the first has noted as over.
  for (const hours of [100_000, 100_000]) await countHours(db, hours)
  // The search for what is unfinished begins behind what has ended.
  const passed = z.strictObject({ passed: z.int() })
  while (((await firstRow(db, passed, markOverdue(100_000)))?.passed ?? 0) > 0);
  // The first turn of copying for searches notes what is complete, as counting does.
  await indexSearches(db, 50_000)
  while ((await indexSearches(db, 50_000)) > 0);
}
