import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { makePayments } from '../orders'
import { BEGIN, FINISH } from '../paths/baseline'
import type { Stage } from '../stage'

/** Payments a second by pgbench with so many connections. */
export interface PgbenchRate {
  callers: number
  perSecond: number
}

/**
 * The two statements of raw SQL, sent by PostgreSQL's own bench program, and one more that makes the ids: what the database does where the
 * client costs next to nothing. @returns null where pgbench is not installed
 */
export async function pgbench(
  stage: Stage,
  merchantId: string,
  payments: number,
  callers: readonly number[],
): Promise<PgbenchRate[] | null> {
  if ((await run('--version').catch(() => null)) === null) return null
  const { owner, logins } = stage
  const orders = await makePayments(owner, merchantId, payments * callers.length)
  await owner.query(
    'CREATE TABLE bench_order AS SELECT n::int8, id FROM unnest($1::uuid[]) WITH ORDINALITY AS o (id, n)',
    [orders.map(({ orderId }) => orderId)],
  )
  await owner.query('CREATE UNIQUE INDEX ON bench_order (n); CREATE SEQUENCE bench_turn')
  await owner.query('VACUUM ANALYZE')
  await owner.query('GRANT SELECT ON bench_order TO PUBLIC; GRANT USAGE ON SEQUENCE bench_turn TO PUBLIC')
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-pgbench-'))
  try {
    const script = path.join(folder, 'payment.sql')
    fs.writeFileSync(script, SCRIPT)
    const rates: PgbenchRate[] = []
    for (const count of callers) {
      const each = Math.floor(payments / count)
      const counts = ['-c', `${count}`, '-j', `${Math.min(count, 2)}`, '-t', `${each}`]
      const output = await run(
        '-n',
        '-M',
        'prepared',
        ...counts,
        '-D',
        `merchant=${merchantId}`,
        '-f',
        script,
        logins.app,
      )
      const perSecond = Number(/tps = ([\d.]+) \(without/.exec(output)?.[1])
      if (!(perSecond > 0)) throw new Error(`pgbench printed no rate:\n${output}`)
      rates.push({ callers: count, perSecond })
    }
    return rates
  } finally {
    fs.rmSync(folder, { recursive: true })
    await owner.query('DROP TABLE bench_order; DROP SEQUENCE bench_turn')
  }
}

const PLACES = ['merchant', 'record', 'payment', 'ordered', 'ref', 'event', 'transaction', 'unused']
const named = (sql: string) =>
  sql.replace(/\$(\d)/g, (_, place) => `:${PLACES[place - 1]}`).replace(/\s+/g, ' ')
const SCRIPT = `
SELECT id AS ordered, 'raw-' || uuidv7() AS record, uuidv7() AS payment, 'ch_' || uuidv7() AS ref, uuidv7() AS event, uuidv7() AS transaction, \
uuidv7() AS unused FROM (SELECT nextval('bench_turn') AS turn OFFSET 0) AS t JOIN bench_order o ON o.n = t.turn \\gset
${named(BEGIN)};
${named(FINISH)};
`

function run(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('pgbench', args, (error, output, reason) =>
      error ? reject(new Error(reason || error.message)) : resolve(output),
    )
  })
}
