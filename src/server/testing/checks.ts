import type { Db } from '@/platform/db'
import { checkWhole, nextWholeCheck } from '@/platform/integrity-checks'
import { requestWholeCheck } from '@/platform/integrity-verdict'

/** What the worker does when somebody asks for a check of everything. */
export async function everythingChecked(db: Db): Promise<void> {
  await requestWholeCheck(db)
  for (let due = await nextWholeCheck(db); due !== null; due = await nextWholeCheck(db))
    await checkWhole(db, due)
}
