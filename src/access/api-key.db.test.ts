import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { auditOf } from '@/platform/audit'
import { type Db, openDb, openPool } from '@/platform/db'
import { APP_ROLE } from '@/platform/roles'
import { type TestDatabase, testDatabase } from '@/setup/test-database'
import { type ApiScope, createApiKey, listApiKeys, revokeApiKey, rotateApiKey, SCOPES } from './api-key'
import { Callers } from './callers'
import { newToken } from './token'

const [OURS, THEIRS, LIVE] = [uuidv7(), uuidv7(), uuidv7()]

let database: TestDatabase
let owner: pg.Pool
let pool: pg.Pool
let db: Db
let callers: Callers
let made: { id: string; token: string }

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 2, role: 'none', name: 'keys-owner' })
  pool = openPool(database.url, { max: 5, role: APP_ROLE, name: 'keys-app' })
  db = openDb(pool)
  await owner.query(`INSERT INTO merchant (id, name, mode) VALUES ($1, 'A', 'test'), ($2, 'B', 'test'), ($3, 'C', 'live')`, [OURS, THEIRS, LIVE])
})
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([pool.end(), owner.end()])
  await database.drop()
})
beforeEach(async () => {
  callers = new Callers({ db, mode: 'test' })
  made = await create()
})

async function create(changes: { merchantId?: string; scopes?: readonly ApiScope[]; expiresInDays?: number | null } = {}) {
  const key = await createApiKey(
    db,
    { merchantId: OURS, name: 'Shop', scopes: ['payments:read'], expiresInDays: null, by: 'ann', ...changes },
    uuidv7,
  )
  if (!key) throw new Error('expected an API key')
  return key
}
const of = (id = made.id, merchantId = OURS) => ({ merchantId, id, by: 'ann' })
const listed = async (id = made.id) => (await listApiKeys(db, OURS)).find((key) => key.id === id)
const audited = async (id = made.id) => (await auditOf(db, OURS, id)).map(({ action, actor }) => `${actor} ${action}`)
/** As if it had been made, and everything about it, so much earlier. */
const age = (interval: string, id = made.id) =>
  owner.query(
    `SET session_replication_role = replica; UPDATE api_key SET created_at = created_at - interval '${interval}', expires_at = expires_at - interval '${interval}' WHERE id = '${id}'; RESET session_replication_role`,
  )

describe('an API key', () => {
  it('positive control: whoever shows it is known, with what it may do', async () => {
    expect(await callers.whoIs(made.token)).toEqual({ merchantId: OURS, keyId: made.id, scopes: ['payments:read'] })
    expect(await listed()).toMatchObject({ name: 'Shop', createdBy: 'ann', active: true, expiresAt: null, revokedAt: null, lastUsedAt: null })
    expect(await audited()).toEqual(['ann api-key.created'])
  })

  it('is kept nowhere: only its hash is, and a hint', async () => {
    const { rows } = await owner.query('SELECT api_key::text AS text FROM api_key UNION ALL SELECT audit_log::text FROM audit_log')
    expect(rows.filter(({ text }) => text.includes(made.token.slice(8, -4)))).toEqual([])
    expect((await listed())?.hint).toBe(`sk_test_…${made.token.slice(-4)}`)
  })

  it.each<[string, () => string]>([
    ['one of ours that nobody made', () => newToken('test')],
    ['its hash', () => `sk_test_${made.token.slice(8).toLowerCase()}`],
    ['a piece of it', () => made.token.slice(0, -1)],
    ['nothing', () => ''],
  ])('%s is nobody', async (_, token) => {
    expect(await callers.whoIs(token())).toBeNull()
  })

  it('a malformed one never reaches the database', async () => {
    const nobody = new Proxy({}, { get: () => () => expect.unreachable('the database was asked') }) as Db
    expect(await new Callers({ db: nobody, mode: 'test' }).whoIs(`${made.token.slice(0, -1)}!`)).toBeNull()
  })

  it('ends when it expires, by the database’s clock', async () => {
    made = await create({ expiresInDays: 1 })
    expect(await callers.whoIs(made.token)).not.toBeNull()
    await age('25 hours')
    expect(await callers.whoIs(made.token)).toBeNull()
    expect((await listed())?.active).toBe(false)
  })

  it('ends at once when it is revoked, once', async () => {
    expect(await revokeApiKey(db, of(), uuidv7)).toBe(true)
    expect(await callers.whoIs(made.token)).toBeNull()
    expect(await revokeApiKey(db, of(), uuidv7)).toBe(false)
    expect(await audited()).toEqual(['ann api-key.created', 'ann api-key.revoked'])
  })

  it('is rotated with an overlap: both work, then the new one alone', async () => {
    const next = await rotateApiKey(db, of(), 24, uuidv7)
    expect(await callers.whoIs(next?.token ?? '')).toEqual({ merchantId: OURS, keyId: next?.id, scopes: ['payments:read'] })
    expect(await callers.whoIs(made.token)).not.toBeNull()
    await age('25 hours')
    expect(await callers.whoIs(made.token)).toBeNull()
    expect(await callers.whoIs(next?.token ?? '')).not.toBeNull()
    expect(await listed()).toMatchObject({ rotatedTo: next?.id, active: false })
    expect(await audited()).toEqual(['ann api-key.created', 'ann api-key.rotated'])
  })

  it('without an overlap the old one ends at once', async () => {
    await rotateApiKey(db, of(), 0, uuidv7)
    expect(await callers.whoIs(made.token)).toBeNull()
  })

  it('an overlap never prolongs it', async () => {
    made = await create({ expiresInDays: 1 })
    await rotateApiKey(db, of(), 7 * 24, uuidv7)
    await age('25 hours')
    expect(await callers.whoIs(made.token)).toBeNull()
  })

  it('of ten rotations at once one makes a successor', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => rotateApiKey(db, of(), 1, uuidv7)))
    expect(all.filter(Boolean)).toHaveLength(1)
  })

  it('one that has ended is not rotated', async () => {
    await revokeApiKey(db, of(), uuidv7)
    expect(await rotateApiKey(db, of(), 1, uuidv7)).toBeNull()
  })

  it('belongs to its merchant: another one can neither see, rotate nor revoke it', async () => {
    expect((await listApiKeys(db, THEIRS)).some(({ id }) => id === made.id)).toBe(false)
    expect(await rotateApiKey(db, of(made.id, THEIRS), 1, uuidv7)).toBeNull()
    expect(await revokeApiKey(db, of(made.id, THEIRS), uuidv7)).toBe(false)
    expect(await callers.whoIs(made.token)).not.toBeNull()
  })

  it('K3 test and live are apart: in the token, and in the installation', async () => {
    const live = await create({ merchantId: LIVE })
    expect(live.token).toMatch(/^sk_live_/)
    expect(await callers.whoIs(live.token)).toBeNull()
    const inLive = new Callers({ db, mode: 'live' })
    expect(await inLive.whoIs(live.token)).toMatchObject({ merchantId: LIVE })
    expect(await inLive.whoIs(made.token)).toBeNull()
  })

  it('when it was last used is kept, to the minute, off the path', async () => {
    await callers.whoIs(made.token)
    await callers.whoIs(made.token)
    expect((await listed())?.lastUsedAt).toBeNull()
    await callers.flush()
    const at = (await listed())?.lastUsedAt
    expect(Math.abs((at?.getTime() ?? 0) - Date.now())).toBeLessThan(120_000)
    expect(at?.getUTCSeconds()).toBe(0)
  })

  it('nobody is made for a merchant that is not there', async () => {
    expect(await createApiKey(db, { merchantId: uuidv7(), name: 'x', scopes: SCOPES, expiresInDays: null, by: 'x' }, uuidv7)).toBeNull()
  })
})

describe('what the database refuses, whoever asks', () => {
  it.each([
    ['more rights', `scopes = scopes || '{ledger:read}'`],
    ['another hash', `hash = repeat('x', 43)`],
    ['a longer life', `expires_at = expires_at + interval '1 day'`],
    ['a life without end', `expires_at = NULL`],
  ])('%s', async (_, set) => {
    made = await create({ expiresInDays: 1 })
    const asApp = pool.query(`UPDATE api_key SET ${set} WHERE id = '${made.id}'`)
    await expect(asApp).rejects.toThrow(/may only be ended sooner|permission denied/)
    await expect(owner.query(`UPDATE api_key SET ${set} WHERE id = '${made.id}'`)).rejects.toThrow('may only be ended sooner')
  })

  it('taking a revocation back', async () => {
    await revokeApiKey(db, of(), uuidv7)
    await expect(pool.query(`UPDATE api_key SET revoked_at = NULL WHERE id = '${made.id}'`)).rejects.toThrow('may only be ended sooner')
  })

  it('deleting one', async () => {
    await expect(pool.query(`DELETE FROM api_key WHERE id = '${made.id}'`)).rejects.toThrow('permission denied')
  })

  it.each(['{}', '{payments:everything}'])('the scopes %s', async (scopes) => {
    const insert = `INSERT INTO api_key (merchant_id, id, name, hash, hint, scopes, created_by) VALUES ('${OURS}', gen_random_uuid(), 'x', repeat('y', 43), 'h', '${scopes}', 'x')`
    await expect(pool.query(insert)).rejects.toThrow('api_key_scopes')
  })

  it('the code knows the same scopes as the database', async () => {
    await expect(create({ scopes: SCOPES })).resolves.toBeTruthy()
    const { rows } = await owner.query(`SELECT pg_get_constraintdef(oid) AS law FROM pg_constraint WHERE conname = 'api_key_scopes'`)
    expect(rows[0].law.match(/'[a-z]+:[a-z]+'/g).map((scope: string) => scope.slice(1, -1))).toEqual([...SCOPES])
  })
})
