import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { chainHeads } from '@/platform/chains'
import { type Db, openDb, openPool } from '@/platform/db'
import { findings } from '@/platform/integrity'
import { applyMigration, migrations } from './migrate'
import { onConnection } from './schema-engine'

/** A database from before the audit log was a chain (0017_chains), with entries in it, and what the migration makes of them. */
const NAME = `old_${uuidv7().replaceAll('-', '')}`
const [OURS, THEIRS] = [uuidv7(), uuidv7()]
/** Of ours, in the order of their instants. They are written in another order, two of them at one instant. */
const ids = Array.from({ length: 6 }, () => uuidv7()).sort()

let owner: pg.Client
let db: Db
let close: () => Promise<void>

beforeAll(async () => {
  const url = new URL(inject('clusterUrl'))
  const administer = (statement: string) => {
    url.pathname = '/postgres'
    return onConnection(url.href, (client) => client.query(statement))
  }
  await administer(`CREATE DATABASE ${NAME}`)
  url.pathname = `/${NAME}`
  owner = new pg.Client({ connectionString: url.href })
  const pool = openPool(url.href, { max: 1, name: 'old-audit-log' })
  db = openDb(pool)
  close = async () => {
    await db.$disconnect()
    await pool.end()
    await owner.end()
    await administer(`DROP DATABASE ${NAME} WITH (FORCE)`)
  }
  await owner.connect()
  await apply((name) => name < '0017')
  await writeOldEntries()
  await apply((name) => name >= '0017')
})
afterAll(() => close())

async function apply(which: (name: string) => boolean): Promise<void> {
  for (const { name, sql } of migrations()) if (which(name)) await applyMigration(owner, sql)
}

async function writeOldEntries(): Promise<void> {
  await owner.query(`INSERT INTO merchant (id, name) VALUES ('${OURS}', 'Ours'), ('${THEIRS}', 'Theirs')`)
  const at = (index: number) => `timestamptz '2026-01-01' + ${Math.floor(index / 2)} * interval '1 hour'`
  const rows = ids.map(
    (id, index) =>
      `('${OURS}', '${id}', 'operator:ann', 'api-key.created', 'key ${index}', 'old', ${at(index)})`,
  )
  const theirs = `('${THEIRS}', '${uuidv7()}', 'operator:bob', 'api-key.created', 'key', 'old', ${at(0)})`
  const columns = 'merchant_id, id, actor, action, subject, detail, at'
  await owner.query(`INSERT INTO audit_log (${columns}) VALUES ${[...rows.reverse(), theirs].join(', ')}`)
}

async function wrong(): Promise<string[]> {
  const found = await findings(db, ['chain'], null)
  return found.flatMap(({ offenders }) => offenders.map(({ subject, detail }) => `${subject}: ${detail}`))
}

test('48 the entries that were there become the first links of their merchant’s chain, by their instants, and nothing else of them changes', async () => {
  const { rows } = await owner.query(
    `SELECT id, seq::int, subject, detail, actor FROM audit_log WHERE merchant_id = '${OURS}' ORDER BY seq`,
  )
  expect(rows).toEqual(
    ids.map((id, index) => ({
      id,
      seq: index + 1,
      subject: `key ${index}`,
      detail: 'old',
      actor: 'operator:ann',
    })),
  )
  const heads = await chainHeads(db, null)
  expect(heads).toHaveLength(2)
  expect(heads).toContainEqual(expect.objectContaining({ merchantId: OURS, chain: 'audit', seq: '6' }))
  expect(heads).toContainEqual(expect.objectContaining({ merchantId: THEIRS, chain: 'audit', seq: '1' }))
  expect(await wrong()).toEqual([])
})

test.each([
  [
    'changed',
    (id: string) => `UPDATE audit_log SET detail = 'new' WHERE id = '${id}'`,
    `entry ${ids[3]} was changed`,
  ],
  [
    'moved in time',
    (id: string) => `UPDATE audit_log SET at = now() WHERE id = '${id}'`,
    `entry ${ids[3]} was changed`,
  ],
  ['removed', (id: string) => `DELETE FROM audit_log WHERE id = '${id}'`, 'is missing'],
])('48 an old entry that is %s after the migration is named', async (_, tamper, named) => {
  await owner.query('CREATE TEMP TABLE kept AS SELECT * FROM audit_log')
  await owner.query(`SET session_replication_role = replica; ${tamper(ids[3] as string)}`)
  expect(await wrong()).toEqual([`audit_log #4: ${named}`])
  await owner.query(
    'DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept; DROP TABLE kept; RESET session_replication_role',
  )
  expect(await wrong()).toEqual([])
})

test('48 no old entry can be changed by a statement any more, and a server of the old version adds the next link', async () => {
  await expect(owner.query(`UPDATE audit_log SET detail = 'new'`)).rejects.toThrow(
    /append-only|may not|never changed/,
  )
  await owner.query(
    `SET ROLE payonce_app;
     INSERT INTO audit_log (merchant_id, id, actor, action, subject, detail) VALUES ('${OURS}', '${uuidv7()}', 'system', 'record.parked', 'r', 'x');
     RESET ROLE`,
  )
  expect((await chainHeads(db, OURS))[0]).toMatchObject({ chain: 'audit', seq: '7' })
  expect(await wrong()).toEqual([])
})
