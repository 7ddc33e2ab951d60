import { z } from 'zod'
import { classify } from '@/idempotency/stores/prisma-errors'
import { type Db, firstRow, sql } from './db'

/**
 * Checks the invariants for what was written since the last turn. Any number of processes may call it; one of them checks, the others return 0.
 * @param batch settled payments of one turn, at most (more where one transaction settled more)
 * @returns the orders whose rows were checked
 */
export async function checkChanges(db: Db, batch: number): Promise<number> {
  // One snapshot: what grows between two statements would seem broken.
  try {
    const found = await db.$transaction(
      (tx) =>
        tx.$queryRaw<{ checked: number }[]>(sql`SELECT check_changes(${batch}::int)::float8 AS checked`),
      { isolationLevel: 'RepeatableRead', maxWait: 10_000, timeout: 20_000 },
    )
    return found[0]?.checked ?? 0
  } catch (error) {
    // Another one ended between this one's snapshot and its turn, and has checked.
    if (classify(error) === 'retry') return 0
    throw error
  }
}

/**
 * The invariant whose every row is to be checked next: not checked in the last 24 hours, or asked for since. From now on it counts as tried, so
 * the next caller gets another one.
 * @returns null when none is due
 */
export async function nextWholeCheck(db: Db): Promise<string | null> {
  const row = await firstRow(
    db,
    z.strictObject({ due: z.string().nullable() }),
    sql`SELECT next_whole_check() AS due`,
  )
  return row?.due ?? null
}

/**
 * Checks an invariant over every row there is, for minutes where there are millions.
 * @returns false when it could not be evaluated, which its verdict then says
 */
export async function checkWhole(db: Db, invariant: string): Promise<boolean> {
  const row = await firstRow(
    db,
    z.strictObject({ evaluated: z.boolean() }),
    sql`SELECT check_whole(${invariant}) AS evaluated`,
  )
  return row?.evaluated ?? false
}

/** Checks that no charge of the bank is stray. Writes nothing while there are none, and none is known. */
export async function checkStrays(db: Db): Promise<void> {
  await db.$executeRaw(sql`SELECT check_strays()`)
}
