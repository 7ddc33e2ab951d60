import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '@/lib/actor'
import { uuidv7 } from '@/lib/id'
import { openTestDatabase } from '@/setup/test/database'
import { auditNow, auditOf } from './audit'
import { chainHeads } from './chains'
import type { Db } from './db'
import { findings, isBroken } from './integrity'

const ANN: Actor = { name: 'operator:ann', address: '203.0.113.7', requestId: 'req-1' }

let db: Db
let owner: pg.Client
let close: () => Promise<void>
beforeAll(async () => {
  const opened = await openTestDatabase()
  db = opened.db
  owner = opened.owner
  close = opened.close
})
afterAll(() => close())

/** A merchant with so many entries. @returns the ids of the entries, in order */
async function logOf(entries: number): Promise<{ merchantId: string; ids: string[] }> {
  const merchantId = uuidv7()
  await owner.query(`INSERT INTO merchant (id, name) VALUES ('${merchantId}', 'Shop')`)
  const ids = Array.from({ length: entries }, () => uuidv7())
  for (const id of ids) await add(merchantId, id)
  return { merchantId, ids }
}

const add = (merchantId: string, id = uuidv7(), detail = 'done') =>
  auditNow(db, { merchantId, id, by: ANN, action: 'test.done', subject: 'thing', detail })

async function wrong(merchantId: string): Promise<string[]> {
  const broken = (await findings(db, ['chain'], merchantId)).filter(isBroken)
  return broken.flatMap(({ offenders }) => offenders.map(({ subject, detail }) => `${subject}: ${detail}`))
}

/** As only the owner can, with the triggers off. Everything is undone afterwards. */
async function whileTampered(statements: string, observe: () => Promise<void>): Promise<void> {
  await owner.query('SET session_replication_role = replica')
  const tables = ['audit_log', 'chain_head']
  for (const table of tables) await owner.query(`CREATE TEMP TABLE "kept_${table}" AS SELECT * FROM ${table}`)
  try {
    await owner.query(statements)
    await observe()
  } finally {
    for (const table of tables)
      await owner.query(
        `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM "kept_${table}"; DROP TABLE "kept_${table}"`,
      )
    await owner.query('RESET session_replication_role')
  }
}

test('48 each entry holds its actor, its place and the hash of the one before; each merchant has a chain of its own', async () => {
  const [ours, theirs] = [await logOf(3), await logOf(1)]
  const { rows } = await owner.query(
    `SELECT seq::int, actor, address, request_id, previous_hash, hash FROM audit_log WHERE merchant_id = '${ours.merchantId}' ORDER BY seq`,
  )
  expect(rows.map(({ seq, actor, address, request_id }) => [seq, actor, address, request_id])).toEqual(
    [1, 2, 3].map((seq) => [seq, ANN.name, ANN.address, ANN.requestId]),
  )
  expect(rows[0].previous_hash).toHaveLength(0)
  expect([rows[1].previous_hash, rows[2].previous_hash]).toEqual([rows[0].hash, rows[1].hash])
  expect(await chainHeads(db, ours.merchantId)).toEqual([
    { merchantId: ours.merchantId, chain: 'audit', seq: '3', hash: rows[2].hash.toString('hex') },
  ])
  expect([await wrong(ours.merchantId), await wrong(theirs.merchantId)]).toEqual([[], []])
  expect((await auditOf(db, theirs.merchantId, 'thing')).map(({ actor }) => actor)).toEqual([ANN.name])
})

test('48 the hash does not depend on the time zone or the date style of a session', async () => {
  const { merchantId } = await logOf(2)
  await owner.query("SET TimeZone = 'Asia/Kathmandu'; SET DateStyle = 'German'")
  const { rows } = await owner.query(
    `SELECT * FROM integrity_chain.audit_log_is_chained WHERE merchant_id = '${merchantId}'`,
  )
  await owner.query('RESET TimeZone; RESET DateStyle')
  expect(rows).toEqual([])
})

test('48 entries of one merchant that are written at the same time make one chain', async () => {
  const { merchantId } = await logOf(0)
  await Promise.all(Array.from({ length: 40 }, () => add(merchantId)))
  const { rows } = await owner.query(
    `SELECT array_agg(seq::int ORDER BY seq) AS places FROM audit_log WHERE merchant_id = '${merchantId}'`,
  )
  expect(rows[0].places).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
  expect(await wrong(merchantId)).toEqual([])
})

test('48 an entry whose commit is undone leaves no gap', async () => {
  const { merchantId, ids } = await logOf(2)
  await expect(add(merchantId, ids[0])).rejects.toThrow(/unique|23505/i)
  await add(merchantId)
  expect(await chainHeads(db, merchantId)).toMatchObject([{ seq: '3' }])
  expect(await wrong(merchantId)).toEqual([])
})

test('48 the product’s own role cannot choose a place or a hash, nor change what is written', async () => {
  const { merchantId } = await logOf(1)
  const id = uuidv7()
  const columns = 'merchant_id, id, actor, action, subject, detail'
  const values = `'${merchantId}', '${id}', 'x', 'x', 'x', 'x'`
  for (const [column, value] of [
    ['seq', '77'],
    ['previous_hash', `'forged'`],
    ['hash', `'forged'`],
    ['at', `now() - interval '1 year'`],
  ])
    await expect(
      db.$executeRawUnsafe(`INSERT INTO audit_log (${columns}, ${column}) VALUES (${values}, ${value})`),
      column,
    ).rejects.toThrow(/permission denied/)
  // Nor the owner, whose own choice is overwritten.
  await owner.query(
    `INSERT INTO audit_log (${columns}, seq, previous_hash, hash) VALUES (${values}, 77, 'forged', 'forged')`,
  )
  const { rows } = await owner.query(`SELECT seq::int, hash FROM audit_log WHERE id = '${id}'`)
  expect(rows[0].seq).toBe(2)
  expect(rows[0].hash).toHaveLength(32)
  expect(await wrong(merchantId)).toEqual([])
  for (const statement of [
    'UPDATE audit_log SET detail = detail',
    'DELETE FROM audit_log',
    'UPDATE chain_head SET seq = seq',
    'SET session_replication_role = replica',
    'ALTER TABLE audit_log DISABLE TRIGGER ALL',
  ])
    await expect(db.$executeRawUnsafe(statement), statement).rejects.toThrow(
      /permission denied|must be owner/,
    )
})

test.each([
  ['first', 1],
  ['middle', 3],
  ['last', 5],
])('48 names the first wrong entry when the %s one is tampered with', async (_, place) => {
  const { merchantId, ids } = await logOf(5)
  const id = ids[place - 1]
  const own = `merchant_id = '${merchantId}'`
  const changed = `audit_log #${place}: entry ${id} was changed`
  for (const change of [
    `actor = 'operator:bob'`,
    `detail = ''`,
    `address = NULL`,
    `request_id = 'x'`,
    `action = 'x'`,
    `subject = 'x'`,
    `at = at + interval '1 microsecond'`,
    `id = gen_random_uuid()`,
  ])
    await whileTampered(`UPDATE audit_log SET ${change} WHERE ${own} AND seq = ${place}`, async () => {
      const found = await wrong(merchantId)
      expect(found).toEqual([
        change.startsWith('id') ? expect.stringMatching(`#${place}: .* was changed`) : changed,
      ])
    })
  await whileTampered(`DELETE FROM audit_log WHERE ${own} AND seq = ${place}`, async () =>
    expect(await wrong(merchantId)).toEqual([`audit_log #${place}: is missing`]),
  )
  await whileTampered(
    `UPDATE audit_log SET seq = seq + 100 WHERE ${own} AND seq >= ${place}; UPDATE audit_log SET seq = seq - 99 WHERE ${own} AND seq > 100;
     INSERT INTO audit_log (merchant_id, id, actor, action, subject, detail, seq, previous_hash, hash)
       VALUES ('${merchantId}', gen_random_uuid(), 'x', 'x', 'x', 'x', ${place}, 'x', 'x')`,
    async () =>
      expect(await wrong(merchantId)).toEqual([
        expect.stringMatching(`^audit_log #${place}: entry .* does not follow the one before`),
      ]),
  )
  expect(await wrong(merchantId)).toEqual([])
})

test('48 names entries that changed places, and one that was added outside the chain', async () => {
  const { merchantId, ids } = await logOf(4)
  const own = `merchant_id = '${merchantId}'`
  await whileTampered(
    `UPDATE audit_log SET seq = 99 WHERE ${own} AND seq = 2; UPDATE audit_log SET seq = 2 WHERE ${own} AND seq = 3; UPDATE audit_log SET seq = 3 WHERE ${own} AND seq = 99`,
    async () =>
      expect(await wrong(merchantId)).toEqual([
        `audit_log #2: entry ${ids[2]} does not follow the one before`,
      ]),
  )
  await whileTampered(
    `INSERT INTO audit_log (merchant_id, id, actor, action, subject, detail) VALUES ('${merchantId}', gen_random_uuid(), 'x', 'x', 'x', 'x')`,
    async () =>
      expect(await wrong(merchantId)).toEqual([
        expect.stringMatching(/^audit_log #5: entry .* is not part of the chain$/),
      ]),
  )
  await whileTampered(`DELETE FROM audit_log WHERE ${own}`, async () =>
    expect(await wrong(merchantId)).toEqual(['audit_log #1: is missing']),
  )
  await whileTampered(`DELETE FROM chain_head WHERE ${own}`, async () =>
    expect(await wrong(merchantId)).toEqual(['audit_log #1: the chain has no end']),
  )
})

test('48 property: any single change of a log is found', async () => {
  const { merchantId } = await logOf(6)
  const place = fc.integer({ min: 1, max: 6 })
  const text = fc.constantFrom('actor', 'action', 'subject', 'detail', 'address', 'request_id')
  const tampering = fc.oneof(
    fc
      .tuple(place, text)
      .map(([at, column]) => `UPDATE audit_log SET ${column} = ${column} || ' ' WHERE seq = ${at}`),
    // Moving a letter from one column into the next must not be the same text.
    place.map(
      (at) =>
        `UPDATE audit_log SET action = action || left(subject, 1), subject = substr(subject, 2) WHERE seq = ${at}`,
    ),
    fc
      .tuple(place, fc.constantFrom('hash', 'previous_hash'))
      .map(([at, column]) => `UPDATE audit_log SET ${column} = sha256(${column}) WHERE seq = ${at}`),
    place.map((at) => `DELETE FROM audit_log WHERE seq = ${at}`),
  )
  await fc.assert(
    fc.asyncProperty(tampering, (statement) =>
      whileTampered(`${statement} AND merchant_id = '${merchantId}'`, async () =>
        expect(await wrong(merchantId)).not.toEqual([]),
      ),
    ),
    { numRuns: 30 },
  )
})
