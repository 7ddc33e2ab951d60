import type pg from 'pg'
import type { Secrets } from './env'
import { RefusedConnection } from './least-rights'

/** The database belongs to an installation with another `PAYONCE_SECRET`. */
export class OtherSecret extends RefusedConnection {}

const EXPLAINED = `This database belongs to an installation with another PAYONCE_SECRET. With a different one this process would not know the cookies, receipt codes
and keys of the others, nor they its own. Give it the PAYONCE_SECRET that the others have; without that variable, the file "secret" in their data
folder. For a new secret, set the one before as PAYONCE_SECRET_PREVIOUS. If it is lost: docs/operations.md, "A secret that is lost".`

/**
 * A check for `openPool`: the processes on one database have one secret, or one that follows it. Each notes a mark of its own secret; one whose
 * mark is not known, nor that of its secret before, is refused, unless it is the first.
 * @param marks of the present secret, and of the one before
 */
export function onlySecretOf([mark, ...previous]: Secrets): (client: pg.ClientBase) => Promise<void> {
  let passed = false
  return async (client) => {
    if (passed) return
    if (!(await isKnown(client, [mark]))) await add(client, mark, previous)
    passed = true
  }
}

/** One process after the other: of two that are the first at once, the second is not. */
async function add(client: pg.ClientBase, mark: string, previous: readonly string[]): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('payonce installation secret'))`)
    const { rows } = await client.query('SELECT 1 FROM installation_secret LIMIT 1')
    if (rows.length > 0 && !(await isKnown(client, [mark, ...previous]))) throw new OtherSecret(EXPLAINED)
    await client.query('INSERT INTO installation_secret (mark) VALUES ($1) ON CONFLICT DO NOTHING', [mark])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

async function isKnown(client: pg.ClientBase, marks: readonly string[]): Promise<boolean> {
  const { rows } = await client.query('SELECT 1 FROM installation_secret WHERE mark = ANY ($1) LIMIT 1', [
    marks,
  ])
  return rows.length > 0
}
