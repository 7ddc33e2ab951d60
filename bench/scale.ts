import type pg from 'pg'
import { uuidv7 } from '@/lib/id'
import { openDb } from '@/platform/db'
import { checkChanges, checkWhole, nextWholeCheck } from '@/platform/integrity-checks'
import { catchUp, fillPayments } from '../prisma/fill'
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
    large: { payments, figures: after, pages: await caughtUp(stage).then(() => pageTimes(stage, large)) },
  }
}

/** Settled payments of one turn of the check of changes, at most. */
const CHANGES = 5_000

/** What the worker does beside the work: pages read its sums, counts and verdicts. */
async function caughtUp({ owner }: Stage): Promise<void> {
  // Without the limits of the product's connections: it reads millions of rows.
  const db = openDb(owner)
  await catchUp(db)
  // The first turn of the check of changes sets out from here; every row is checked once.
  await checkChanges(db, CHANGES)
  for (let due = await nextWholeCheck(db); due !== null; due = await nextWholeCheck(db))
    await checkWhole(db, due)
  await checkChanges(db, CHANGES)
  await db.$disconnect()
}

async function filledTo({ owner }: Stage, payments: number): Promise<string> {
  const connection = await owner.connect()
  try {
    return await fillMerchants(connection, payments)
  } finally {
    connection.release()
  }
}

/** Fills new merchants with payments of the past. @returns the merchant with most of them */
export async function fillMerchants(connection: pg.ClientBase, payments: number): Promise<string> {
  const largest = uuidv7()
  const merchantIds = [largest, ...Array.from({ length: MERCHANTS - 1 }, () => uuidv7())]
  for (const [index, id] of merchantIds.entries())
    await connection.query('INSERT INTO merchant (id, name) VALUES ($1, $2)', [id, `Filled ${index + 1}`])
  await fillPayments(connection, { payments, merchantIds, currencies: ['EUR'] })
  return largest
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
