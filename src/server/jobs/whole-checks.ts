import { z } from 'zod'
import { type Db, firstRow, openDb, openPool, sql } from '@/platform/db'
import { checkWhole, nextWholeCheck } from '@/platform/integrity-checks'
import { onlyRightsOf } from '@/platform/least-rights'
import { APP_ROLE } from '@/platform/roles'

/** 30 min for one invariant: it may read millions of rows, and nobody's request waits for it. */
const STATEMENT_MS = 30 * 60_000

/**
 * Checks over every row, each invariant by itself, on one connection that nothing else uses. A worker runs one at a time, however long it takes;
 * several workers take different invariants. What a killed worker began is begun again after 10 minutes.
 */
export class WholeChecks {
  #running = false

  constructor(
    private readonly db: Db,
    private readonly databaseUrl: string,
  ) {}

  /** Runs all that are due, until `stopping`. @returns the number of invariants that were evaluated */
  async run(stopping: AbortSignal): Promise<number> {
    if (this.#running) return 0
    this.#running = true
    try {
      const first = await nextWholeCheck(this.db)
      return first === null ? 0 : await this.#runFrom(first, stopping)
    } finally {
      this.#running = false
    }
  }

  async #runFrom(first: string, stopping: AbortSignal): Promise<number> {
    const check = onlyRightsOf(APP_ROLE, 'DATABASE_URL')
    // The server notices within 2 s when this process has gone, and stops reading for nobody.
    const settings = '-c client_connection_check_interval=2s'
    const options = { max: 1, name: 'payonce-checks', statementMs: STATEMENT_MS, check, settings }
    const pool = openPool(this.databaseUrl, options)
    const own = openDb(pool)
    const cancel = () => void this.#cancel(pid).catch(() => undefined)
    let pid = 0
    let evaluated = 0
    try {
      pid = await pidOf(own)
      stopping.addEventListener('abort', cancel, { once: true })
      for (let due: string | null = first; due !== null && !stopping.aborted; ) {
        if (await checkWhole(own, due)) evaluated++
        due = await nextWholeCheck(this.db)
      }
    } catch (error) {
      if (!stopping.aborted) throw error
    } finally {
      stopping.removeEventListener('abort', cancel)
      await own.$disconnect()
      await pool.end()
    }
    return evaluated
  }

  /** A stop does not wait for minutes: the check is begun again by the next worker. */
  async #cancel(pid: number): Promise<void> {
    await this.db.$queryRaw(sql`SELECT pg_cancel_backend(${pid}::int)`)
  }
}

async function pidOf(db: Db): Promise<number> {
  const row = await firstRow(db, z.strictObject({ pid: z.int() }), sql`SELECT pg_backend_pid() AS pid`)
  return row?.pid ?? 0
}
