import { z } from 'zod'
import { markOverdue } from '@/idempotency/stores/record-sql'
import { sumLedger } from '@/ledger/sums'
import { countAttempts } from '@/payments/attempt-counts'
import { countHours } from '@/payments/counted'
import { firstRow, openDb } from '@/platform/db'
import { checkChanges, checkWhole, nextWholeCheck } from '@/platform/integrity-checks'
import { indexSearches } from '@/platform/search-index'
import { fillPayments } from './fill'
import { makePayments } from './orders'
import { baseline } from './paths/baseline'
import { engineOn } from './paths/engine'
import { instantBank } from './paths/gateway'
import type { Path } from './paths/path'
import { type Figure, inTurn, paymentsOf } from './rounds'
import type { Stage } from './stage'
import { type PageTime, pageTimes } from './trials/pages'

/** The same payments on a small database and on a large one, and what the pages of the largest merchant read there. */
export interface Scaled {
  small: { payments: number; figures: Figure[] }
  large: { payments: number; figures: Figure[]; pages: PageTime[] }
}

const SMALL = 10_000
const MERCHANTS = 50

/** Fills the database by SQL: `payments` of 50 merchants over 90 days, 80 % of them one merchant's. */
export async function measureScale(
  stage: Stage,
  payments: number,
  plan: { payments: number; rounds: number },
): Promise<Scaled> {
  const small = await filledTo(stage, SMALL)
  const before = await payPath(stage, small, plan)
  const large = await filledTo(stage, payments - SMALL)
  const after = await payPath(stage, large, plan)
  return {
    small: { payments: SMALL, figures: before },
    large: { payments, figures: after, pages: await summedUp(stage).then(() => pageTimes(stage, large)) },
  }
}

/** Settled payments of one turn of the check of changes, at most. */
const CHANGES = 5_000

/** What the worker does beside the work: pages read its sums and counts. */
async function summedUp({ owner }: Stage): Promise<void> {
  // Without the limits of the product's connections: it reads millions of rows.
  const db = openDb(owner)
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
  // The first turn of the check of changes sets out from here; every row is checked once.
  await checkChanges(db, CHANGES)
  for (let due = await nextWholeCheck(db); due !== null; due = await nextWholeCheck(db))
    await checkWhole(db, due)
  await checkChanges(db, CHANGES)
  await db.$disconnect()
}

/** @returns the merchant with most payments */
async function filledTo({ owner }: Stage, payments: number): Promise<string> {
  const connection = await owner.connect()
  try {
    const [largest] = await fillPayments(connection, { payments, merchants: MERCHANTS })
    if (largest === undefined) throw new Error('no merchant was filled')
    return largest
  } finally {
    connection.release()
  }
}

async function payPath(
  stage: Stage,
  merchantId: string,
  { payments, rounds }: { payments: number; rounds: number },
): Promise<Figure[]> {
  const pay = await engineOn(stage, instantBank().gateway)
  const engine: Path['replay'] = (payment) => pay({ ...payment, merchantId })
  const paths: Path[] = [
    { name: 'raw SQL', probe: stage.here, ...baseline(stage.pool, merchantId) },
    { name: 'engine', probe: stage.here, fresh: engine, replay: engine },
  ]
  const plan = { payments, rounds, callers: [16] }
  const jobs = await makePayments(stage.owner, merchantId, paths.length * paymentsOf(plan))
  return inTurn(paths, plan, stage, (count) => jobs.splice(0, count))
}
