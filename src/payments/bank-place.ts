import type pg from 'pg'

/**
 * A check for `openPool`, which refuses nobody: notes whether the bank is another process, with the tables of another database. The invariants
 * then leave payments from now on to the bank's own list (`bank-list.ts`).
 */
export function noteBankPlace(apart: boolean): (client: pg.ClientBase) => Promise<void> {
  let noted = false
  return async (client) => {
    if (noted) return
    await client.query('SELECT note_bank($1)', [apart])
    noted = true
  }
}
