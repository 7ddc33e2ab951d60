import type pg from 'pg'
import { RefusedConnection } from './least-rights'

/**
 * True for a URL with `pgbouncer=true`, the word that Prisma has for it: a pooler in transaction mode stands before the database. Each
 * transaction may meet another connection there, so nothing may be left on one: no setting, no named statement.
 */
export function isPooled(url: string): boolean {
  return new URL(url).searchParams.get('pgbouncer') === 'true'
}

/** Takes the names from the statements of a client: the next connection would not know them, or know another statement by one. */
export function sendUnnamed(client: pg.ClientBase): void {
  const send = client.query.bind(client) as (first: unknown, ...rest: unknown[]) => unknown
  const unnamed = (first: unknown) =>
    typeof first === 'object' && first !== null && 'name' in first ? { ...first, name: undefined } : first
  client.query = ((first: unknown, ...rest: unknown[]) =>
    send(unnamed(first), ...rest)) as typeof client.query
}

/** What every session of ours has, and where no pooler stands before the database says so itself; times at most, in ms. */
const FIXED = { TimeZone: 'UTC', default_transaction_isolation: 'read committed' }
const LIMITS = {
  statement_timeout: 10_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 10_000,
}

/**
 * A check for `openPool`: settings that a pooler does not pass on must be those of the login itself. Without a time zone times are misread,
 * and without limits a stuck database would hold requests for ever.
 * @returns rejects with RefusedConnection, whose message has the SQL for an administrator
 */
export function onlySetSessions(): (client: pg.ClientBase) => Promise<void> {
  let passed = false
  return async (client) => {
    if (passed) return
    const { rows } = await client.query<{ user: string; name: string; setting: string }>(
      'SELECT session_user::text AS "user", name, setting FROM pg_settings WHERE name = ANY ($1)',
      [[...Object.keys(FIXED), ...Object.keys(LIMITS)]],
    )
    const settings = new Map(rows.map(({ name, setting }) => [name, setting]))
    const missing = [
      ...Object.entries(FIXED).filter(([name, value]) => settings.get(name) !== value),
      ...Object.entries(LIMITS).filter(([name, most]) => !isLimit(settings.get(name), most)),
    ]
    if (missing.length > 0) throw new RefusedConnection(explain(rows[0]?.user ?? '', missing))
    passed = true
  }
}

/** 0 is none. */
const isLimit = (setting: string | undefined, most: number): boolean =>
  Number(setting) > 0 && Number(setting) <= most

function explain(user: string, missing: [name: string, value: string | number][]): string {
  return [
    `The sessions of the database user "${user}" behind the pooler (pgbouncer=true) lack settings of the product. Let an administrator run`,
    ...missing.map(([name, value]) => `  ALTER ROLE ${user} SET ${name} = '${value}';`),
    'and reconnect the pooler’s servers (RECONNECT in its console, or a restart): they take such settings when they connect.',
  ].join('\n')
}
