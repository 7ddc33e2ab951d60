import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { auditOf } from '@/platform/audit'
import type { Db } from '@/platform/db'
import { openTestDatabase } from '@/setup/test/database'
import {
  createApiKey,
  listApiKeys,
  type NewApiKey,
  OVERLAP_MAX_HOURS,
  revokeApiKey,
  rotateApiKey,
  SCOPES,
} from './api-key'
import { hashOf, readToken } from './token'

const ADA = { name: 'operator:ada', address: '203.0.113.7', requestId: 'req-1' }

let db: Db
let owner: pg.Client
let close: () => Promise<void>
let merchantId: string

beforeAll(async () => {
  ;({ db, owner, close } = await openTestDatabase())
})
afterAll(() => close())
/** A merchant of its own for each test. */
beforeEach(async () => {
  merchantId = await newMerchant('test')
})

async function newMerchant(mode: 'test' | 'live'): Promise<string> {
  const id = uuidv7()
  await db.merchant.create({ data: { id, name: 'Shop', mode } })
  return id
}

async function make(changes: Partial<NewApiKey> = {}) {
  const made = await createApiKey(
    db,
    {
      merchantId,
      name: 'Server',
      scopes: SCOPES,
      expiresInDays: null,
      by: 'ada@example.com',
      actor: ADA,
      ...changes,
    },
    uuidv7,
  )
  if (!made) throw new Error('no key was made')
  return made
}

const which = (id: string, changes: { merchantId?: string } = {}) => ({
  merchantId,
  id,
  by: 'ada@example.com',
  actor: ADA,
  ...changes,
})
const rowOf = async (id: string) => (await owner.query('SELECT * FROM api_key WHERE id = $1', [id])).rows[0]
const keys = async () => listApiKeys(db, merchantId)
const trail = async (id: string) =>
  (await auditOf(db, merchantId, id)).map(({ actor, action, detail }) => ({ actor, action, detail }))
const hours = (from: Date, until: Date) => (until.getTime() - from.getTime()) / 3_600_000

describe('a new key', () => {
  test('is shown once: what is stored is its hash, and what a person may see of it', async () => {
    const { id, token } = await make()
    expect(readToken(token)).toEqual({ mode: 'test', hash: hashOf(token) })
    const row = await rowOf(id)
    expect(row).toMatchObject({
      hash: hashOf(token),
      hint: `sk_test_…${token.slice(-4)}`,
      created_by: 'ada@example.com',
      last_used_at: null,
    })
    const { rows } = await owner.query(
      "SELECT string_agg(k::text, ' ') || (SELECT string_agg(a::text, ' ') FROM audit_log a) AS all FROM api_key k",
    )
    expect(rows[0].all).not.toContain(token.slice(8))
  })

  test('is listed with all but its token, newest first', async () => {
    const first = await make({ name: 'First', scopes: ['payments:read'] })
    const second = await make({ name: 'Second', expiresInDays: 30 })
    const [newest, oldest] = await keys()
    expect([newest?.id, oldest?.id]).toEqual([second.id, first.id])
    expect(oldest).toEqual({
      ...{
        id: first.id,
        name: 'First',
        hint: `sk_test_…${first.token.slice(-4)}`,
        scopes: ['payments:read'],
        createdBy: 'ada@example.com',
      },
      ...{
        createdAt: expect.any(Date),
        expiresAt: null,
        revokedAt: null,
        rotatedTo: null,
        lastUsedAt: null,
        active: true,
        idle: false,
      },
    })
    expect(hours(newest?.createdAt as Date, newest?.expiresAt as Date)).toBe(30 * 24)
    expect(JSON.stringify(await keys())).not.toContain(hashOf(first.token))
  })

  test('says the mode of its merchant', async () => {
    expect((await make({ merchantId: await newMerchant('live') })).token).toMatch(/^sk_live_/)
  })

  test('needs a merchant', async () => {
    const nobody = { merchantId: uuidv7(), name: 'x', scopes: SCOPES, expiresInDays: null, by: 'x' }
    expect(await createApiKey(db, nobody, uuidv7)).toBeNull()
  })

  test('is in the audit, in the same commit', async () => {
    const { id } = await make({ scopes: ['orders:read', 'refunds:write'] })
    expect(await trail(id)).toEqual([
      { actor: 'operator:ada', action: 'api-key.created', detail: 'Server: orders:read refunds:write' },
    ])
  })

  test('is not made when the audit cannot be written', async () => {
    const { id: taken } = (await auditOf(db, merchantId, (await make()).id))[0] ?? { id: '' }
    const ids = [uuidv7(), taken]
    const key = { merchantId, name: 'x', scopes: SCOPES, expiresInDays: null, by: 'x' }
    await expect(createApiKey(db, key, () => ids.shift() ?? '')).rejects.toThrow(/audit_log_pkey|P2010|23505/)
    expect(await keys()).toHaveLength(1)
  })
})

describe('rotation', () => {
  test('makes a key of the same name and rights; the old one works on for the overlap', async () => {
    const old = await make({ scopes: ['payments:write', 'orders:read'] })
    const made = await rotateApiKey(db, which(old.id), { overlapHours: 24 }, uuidv7)
    expect(made?.token).not.toBe(old.token)
    const [successor, before] = await keys()
    expect(successor).toMatchObject({
      id: made?.id,
      name: 'Server',
      scopes: ['payments:write', 'orders:read'],
      expiresAt: null,
      active: true,
    })
    expect(before).toMatchObject({ id: old.id, rotatedTo: made?.id, active: true })
    expect(hours(successor?.createdAt as Date, before?.expiresAt as Date)).toBe(24)
    expect(await trail(old.id)).toMatchObject([
      { action: 'api-key.created' },
      { action: 'api-key.rotated', detail: expect.stringContaining('24 h') },
    ])
  })

  test('with no overlap the old one ends at once', async () => {
    const old = await make()
    await rotateApiKey(db, which(old.id), { overlapHours: 0 }, uuidv7)
    expect((await keys()).map(({ active }) => active)).toEqual([true, false])
  })

  test('never prolongs the old key, and gives the new one as long as the old one had', async () => {
    const old = await make({ expiresInDays: 3 })
    const { expires_at: end } = await rowOf(old.id)
    const made = await rotateApiKey(db, which(old.id), { overlapHours: OVERLAP_MAX_HOURS }, uuidv7)
    expect((await rowOf(old.id)).expires_at).toEqual(end)
    const successor = await rowOf(made?.id ?? '')
    expect(hours(successor.created_at, successor.expires_at)).toBe(3 * 24)
  })

  test('of ten at once one succeeds, and leaves one new key', async () => {
    const old = await make()
    const made = await Promise.all(
      Array.from({ length: 10 }, () => rotateApiKey(db, which(old.id), { overlapHours: 1 }, uuidv7)),
    )
    expect(made.filter(Boolean)).toHaveLength(1)
    expect(await keys()).toHaveLength(2)
    expect((await trail(old.id)).filter(({ action }) => action === 'api-key.rotated')).toHaveLength(1)
  })

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['revoked', (id) => revokeApiKey(db, which(id), uuidv7)],
    ['rotated before', (id) => rotateApiKey(db, which(id), { overlapHours: 24 }, uuidv7)],
    ['expired', (id) => owner.query('UPDATE api_key SET expires_at = now() WHERE id = $1', [id])],
  ])('does nothing to a key that is %s', async (_, end) => {
    const { id } = await make()
    await end(id)
    const before = await keys()
    expect(await rotateApiKey(db, which(id), { overlapHours: 24 }, uuidv7)).toBeNull()
    expect(await keys()).toEqual(before)
  })
})

describe('revoking', () => {
  test('ends a key at once, once, and tells who did it', async () => {
    const { id } = await make()
    expect(await revokeApiKey(db, which(id), uuidv7)).toBe(true)
    const [key] = await keys()
    expect(key).toMatchObject({ active: false, revokedAt: expect.any(Date) })
    expect(await revokeApiKey(db, which(id), uuidv7)).toBe(false)
    expect(await keys()).toEqual([key])
    expect((await trail(id)).map(({ action }) => action)).toEqual(['api-key.created', 'api-key.revoked'])
  })

  test('ends one that works on after a rotation, and leaves its successor', async () => {
    const old = await make()
    await rotateApiKey(db, which(old.id), { overlapHours: 24 }, uuidv7)
    await revokeApiKey(db, which(old.id), uuidv7)
    expect((await keys()).map(({ active }) => active)).toEqual([true, false])
  })
})

test('another merchant sees no key of ours, and ends none', async () => {
  const { id } = await make()
  const other = await newMerchant('test')
  expect(await listApiKeys(db, other)).toEqual([])
  expect(await revokeApiKey(db, which(id, { merchantId: other }), uuidv7)).toBe(false)
  expect(await rotateApiKey(db, which(id, { merchantId: other }), { overlapHours: 1 }, uuidv7)).toBeNull()
  expect(await keys()).toMatchObject([{ id, active: true, rotatedTo: null }])
})

describe('the database refuses', () => {
  test.each<[string, string, RegExp]>([
    ['to bring back a key that was revoked', 'revoked_at = NULL', /may only be ended sooner/],
    ['to revoke it at another time', 'revoked_at = now()', /may only be ended sooner/],
    ['to prolong it', `expires_at = expires_at + interval '1 s'`, /may only be ended sooner/],
    ['to let it live for ever', 'expires_at = NULL', /may only be ended sooner/],
    ['to forget its successor', 'rotated_to = NULL', /may only be ended sooner/],
    ['other rights', `scopes = '{ledger:read}'`, /may only be ended sooner/],
    ['another token', `hash = repeat('x', 43)`, /may only be ended sooner/],
    ['another name', `name = 'x'`, /may only be ended sooner/],
    ['an end before its beginning', `expires_at = created_at - interval '1 s'`, /api_key_expires/],
  ])('%s, even to its owner', async (_, change, says) => {
    const { id } = await make({ expiresInDays: 30 })
    await rotateApiKey(db, which(id), { overlapHours: 24 }, uuidv7)
    await revokeApiKey(db, which(id), uuidv7)
    await owner.query('UPDATE api_key SET last_used_at = now() WHERE id = $1', [id]) // positive control
    await expect(owner.query(`UPDATE api_key SET ${change} WHERE id = $1`, [id])).rejects.toThrow(says)
  })

  test.each<[string, string]>([
    ['no scope', `'{}'`],
    ['a scope that it does not know', `'{orders:read,everything}'`],
    ['a scope that is nothing', 'ARRAY[NULL]::text[]'],
  ])('a key with %s', async (_, scopes) => {
    const insert = (of: string) =>
      owner.query(
        `INSERT INTO api_key (merchant_id, id, name, hash, hint, scopes, created_by)
         VALUES ($1, gen_random_uuid(), 'x', substr(md5(random()::text) || md5(random()::text), 1, 43), 'x', ${of}, 'x')`,
        [merchantId],
      )
    await insert(`'{orders:read}'`) // positive control
    await expect(insert(scopes)).rejects.toThrow(/api_key_scopes/)
  })

  test('one token for two keys', async () => {
    const { id } = await make()
    const copy = `INSERT INTO api_key (merchant_id, id, name, hash, hint, scopes, created_by) SELECT merchant_id, $1, name, hash, hint, scopes, created_by FROM api_key WHERE id = $2`
    await expect(owner.query(copy, [uuidv7(), id])).rejects.toThrow(/api_key_hash_key/)
  })

  test('a successor of another merchant', async () => {
    const { id } = await make()
    const foreign = await make({ merchantId: await newMerchant('test') })
    await expect(
      owner.query('UPDATE api_key SET rotated_to = $1 WHERE id = $2', [foreign.id, id]),
    ).rejects.toThrow(/rotated_to_fkey/)
  })

  test.each([
    'DELETE FROM api_key',
    'TRUNCATE api_key',
    `UPDATE api_key SET scopes = '{ledger:read}'`,
    `UPDATE api_key SET hash = ''`,
    'ALTER TABLE api_key DISABLE TRIGGER api_key_only_ends',
  ])('the product: %s', async (statement) => {
    await make()
    await expect(db.$executeRawUnsafe(statement)).rejects.toThrow(/42501|permission denied|must be owner/)
  })
})
