import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type Db, prismaSender } from '@/platform/db'
import { openTestDatabase } from '@/setup/test/database'
import { createApiKey, revokeApiKey, rotateApiKey } from './api-key'
import { Callers } from './callers'
import { newToken, readToken } from './token'

let db: Db
let owner: pg.Client
let close: () => Promise<void>
let merchantId: string
let callers: Callers
let now: number

beforeAll(async () => {
  ;({ db, owner, close } = await openTestDatabase())
})
afterAll(() => close())
beforeEach(async () => {
  merchantId = await newMerchant('test')
  now = 0
  callers = new Callers({ db, mode: 'test', now: () => now })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await callers.flush().catch(() => undefined)
})

async function newMerchant(mode: 'test' | 'live'): Promise<string> {
  const id = uuidv7()
  await db.merchant.create({ data: { id, name: 'Shop', mode } })
  return id
}

function deferred() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

async function make(changes: { merchantId?: string; expiresInDays?: number } = {}) {
  const made = await createApiKey(
    db,
    {
      merchantId,
      name: 'x',
      scopes: ['orders:read', 'ledger:read'],
      expiresInDays: null,
      by: 'x',
      ...changes,
    },
    uuidv7,
  )
  if (!made) throw new Error('no key was made')
  return made
}

const lastUsed = async (id: string) =>
  (await owner.query('SELECT last_used_at FROM api_key WHERE id = $1', [id])).rows[0].last_used_at
const reads = () => vi.spyOn(db, '$queryRaw')
const writes = () => vi.spyOn(db, '$executeRaw')

describe('who calls', () => {
  test('is told by one read of the database, with what they may do', async () => {
    const { id, token } = await make()
    const read = reads()
    expect(await callers.whoIs(readToken(token))).toEqual({
      merchantId,
      keyId: id,
      scopes: ['orders:read', 'ledger:read'],
    })
    expect(read).toHaveBeenCalledTimes(1)
  })

  test('is told each of those who come together in one read, and each the own key', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => make()))
    const read = reads()
    const tokens = [...made, ...made].map(({ token }) => token)
    const found = await Promise.all(
      [...tokens, newToken('test')].map((token) => callers.whoIs(readToken(token))),
    )
    expect(found.map((caller) => caller?.keyId)).toEqual(
      [...made, ...made].map(({ id }) => id).concat(undefined as never),
    )
    expect(read).toHaveBeenCalledTimes(1)
  })

  test('is read after the question, not by a read that was under way before', async () => {
    const { id, token } = await make()
    const send = prismaSender(db)
    const [sent, answer] = [deferred(), deferred()]
    let reading = 0
    const slow = new Callers({
      db,
      mode: 'test',
      send: async (statement) => {
        const found = await send(statement)
        if (++reading > 1) return found
        sent.resolve()
        await answer.promise
        return found
      },
    })
    const early = slow.whoIs(readToken(token))
    await sent.promise
    await revokeApiKey(db, { merchantId, id, by: 'x' }, uuidv7)
    const late = slow.whoIs(readToken(token))
    answer.resolve()
    expect([(await early)?.keyId, await late]).toEqual([id, null])
  })

  test('a thousand who show one key while it is looked up make one more look-up, after their question', async () => {
    const { id, token } = await make()
    const other = await make()
    const send = prismaSender(db)
    const [sent, answer] = [deferred(), deferred()]
    const asked: unknown[] = []
    const slow = new Callers({
      db,
      mode: 'test',
      send: async (statement) => {
        asked.push(statement.values[0])
        sent.resolve()
        await answer.promise
        return send(statement)
      },
    })
    const first = slow.whoIs(readToken(other.token))
    await sent.promise
    const crowd = Array.from({ length: 1_000 }, () => slow.whoIs(readToken(token)))
    answer.resolve()
    expect(new Set((await Promise.all(crowd)).map((caller) => caller?.keyId))).toEqual(new Set([id]))
    expect([(await first)?.keyId, asked.length, asked[1]]).toEqual([other.id, 2, [readToken(token)?.hash]])
    // What they shared is not kept.
    await revokeApiKey(db, { merchantId, id, by: 'x' }, uuidv7)
    expect([await slow.whoIs(readToken(token)), asked.length]).toEqual([null, 3])
  })

  test('nobody, without a look at the database, when the token is malformed or of the other mode', async () => {
    const { token } = await make()
    const read = reads()
    const last = token.at(-1) === 'x' ? 'y' : 'x'
    for (const wrong of [
      '',
      'x',
      token.slice(0, -1),
      token.slice(0, -1) + last,
      `${token}0`,
      newToken('live'),
    ])
      expect([wrong, await callers.whoIs(readToken(wrong))]).toEqual([wrong, null])
    expect(read).not.toHaveBeenCalled()
  })

  test('nobody, when the token was never given out', async () => {
    expect(await callers.whoIs(readToken(newToken('test')))).toBeNull()
  })

  test('nobody from the moment a key is revoked, in every process', async () => {
    const { id, token } = await make()
    const other = new Callers({ db, mode: 'test' })
    for (const process of [callers, other]) expect(await process.whoIs(readToken(token))).not.toBeNull()
    await revokeApiKey(db, { merchantId, id, by: 'x' }, uuidv7)
    for (const process of [callers, other]) expect(await process.whoIs(readToken(token))).toBeNull()
  })

  test('an expired key is nobody, by the clock of the database alone', async () => {
    const { id, token } = await make({ expiresInDays: 1 })
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 10 * 24 * 3_600_000)
    expect(await callers.whoIs(readToken(token))).not.toBeNull()
    vi.restoreAllMocks()
    await owner.query('UPDATE api_key SET expires_at = now() WHERE id = $1', [id])
    expect(await callers.whoIs(readToken(token))).toBeNull()
  })

  test('after a rotation both keys are of the same merchant, until the overlap ends', async () => {
    const old = await make()
    const made = await rotateApiKey(db, { merchantId, id: old.id, by: 'x' }, { overlapHours: 1 }, uuidv7)
    expect(await callers.whoIs(readToken(old.token))).toMatchObject({ merchantId, keyId: old.id })
    expect(await callers.whoIs(readToken(made?.token ?? ''))).toMatchObject({
      merchantId,
      keyId: made?.id,
      scopes: ['orders:read', 'ledger:read'],
    })
    await owner.query('UPDATE api_key SET expires_at = now() WHERE id = $1', [old.id])
    expect(await callers.whoIs(readToken(old.token))).toBeNull()
    expect(await callers.whoIs(readToken(made?.token ?? ''))).not.toBeNull()
  })

  test('live keys open the live installation only, test keys the sandbox only', async () => {
    const [test, live] = [await make(), await make({ merchantId: await newMerchant('live') })]
    const installation = new Callers({ db, mode: 'live' })
    expect([
      await callers.whoIs(readToken(test.token)),
      await callers.whoIs(readToken(live.token)),
    ]).toMatchObject([{ keyId: test.id }, null])
    expect([
      await installation.whoIs(readToken(test.token)),
      await installation.whoIs(readToken(live.token)),
    ]).toMatchObject([null, { keyId: live.id }])
  })

  test('a test key of a merchant that is live is nobody', async () => {
    const { token } = await make()
    await owner.query(`UPDATE merchant SET mode = 'live' WHERE id = $1`, [merchantId])
    expect(await callers.whoIs(readToken(token))).toBeNull()
  })
})

describe('whether a token was good before', () => {
  test('is known in memory, and forgotten when it is good no more', async () => {
    const { id, token } = await make()
    expect(callers.lastSeen(readToken(token))).toBeNull()
    await callers.whoIs(readToken(token))
    const read = reads()
    expect(callers.lastSeen(readToken(token))?.keyId).toBe(id)
    expect(read).not.toHaveBeenCalled()
    await revokeApiKey(db, { merchantId, id, by: 'x' }, uuidv7)
    await callers.whoIs(readToken(token))
    expect(callers.lastSeen(readToken(token))).toBeNull()
  })

  test('10,000 are remembered; the one that was not used for longest is forgotten', async () => {
    reads().mockImplementation((async ({ values: [keys] }: { values: [string[]] }) =>
      keys.map((key) => ({ key, merchantId, keyId: 'k', scopes: [] }))) as never)
    const [idle, busy] = [newToken('test'), newToken('test')]
    for (const token of [idle, busy]) await callers.whoIs(readToken(token))
    for (let n = 0; n < 9_998; n++) await callers.whoIs(readToken(newToken('test')))
    await callers.whoIs(readToken(busy))
    expect([callers.lastSeen(readToken(idle))?.keyId, callers.lastSeen(readToken(busy))?.keyId]).toEqual([
      'k',
      'k',
    ])
    await callers.whoIs(readToken(newToken('test')))
    expect([callers.lastSeen(readToken(idle))?.keyId, callers.lastSeen(readToken(busy))?.keyId]).toEqual([
      undefined,
      'k',
    ])
  })
})

describe('when a key was used', () => {
  test('is written to the minute, not by the request', async () => {
    const { id, token } = await make()
    // Keys of earlier tests: their write may still be due.
    await callers.flush()
    const write = writes()
    await callers.whoIs(readToken(token))
    expect(write).not.toHaveBeenCalled()
    await callers.flush()
    const at = await lastUsed(id)
    expect([at.getUTCSeconds(), at.getUTCMilliseconds()]).toEqual([0, 0])
    expect(Math.abs(Date.now() - at.getTime())).toBeLessThan(70_000)
  })

  test('is written once a minute, in one statement for all keys', async () => {
    const made = [await make(), await make(), await make()]
    const write = writes()
    const use = async () => {
      for (const { token } of [...made, ...made]) await callers.whoIs(readToken(token))
      await callers.flush()
    }
    await use()
    now = 59_999
    await use()
    expect(write).toHaveBeenCalledTimes(1)
    now = 60_000
    await use()
    expect(write).toHaveBeenCalledTimes(2)
    for (const { id } of made) expect(await lastUsed(id)).not.toBeNull()
  })

  test('is remembered of so many keys only: one beyond them is written again within the minute', async () => {
    callers = new Callers({ db, mode: 'test', now: () => now, keysMax: 2 })
    const [first, second, third] = [await make(), await make(), await make()]
    const write = writes()
    const use = async (token: string) => {
      await callers.whoIs(readToken(token))
      await callers.flush()
    }
    for (const { token } of [first, second, second, first]) await use(token)
    expect(write).toHaveBeenCalledTimes(2)
    await use(third.token)
    await use(second.token)
    expect(write).toHaveBeenCalledTimes(3)
    await use(first.token)
    expect(write).toHaveBeenCalledTimes(4)
  })

  test('by itself, a second later', async () => {
    const { id, token } = await make()
    await callers.whoIs(readToken(token))
    await expect.poll(() => lastUsed(id), { timeout: 5_000 }).not.toBeNull()
  })

  test('is not written back in time', async () => {
    const { id, token } = await make()
    await owner.query(`UPDATE api_key SET last_used_at = now() + interval '1 hour' WHERE id = $1`, [id])
    const before = await lastUsed(id)
    await callers.whoIs(readToken(token))
    await callers.flush()
    expect(await lastUsed(id)).toEqual(before)
  })

  test('of a request whose token is not good nothing is written', async () => {
    const { id, token } = await make()
    await revokeApiKey(db, { merchantId, id, by: 'x' }, uuidv7)
    await callers.whoIs(readToken(token))
    await callers.flush()
    expect(await lastUsed(id)).toBeNull()
  })

  test('with the database away for a moment the next request writes it', async () => {
    const { id, token } = await make()
    await callers.whoIs(readToken(token))
    writes().mockRejectedValueOnce(new Error('the database is away'))
    await expect(callers.flush()).rejects.toThrow('away')
    await callers.whoIs(readToken(token))
    await callers.flush()
    expect(await lastUsed(id)).not.toBeNull()
  })

  test('whoever flushes waits for what is being written', async () => {
    const { id, token } = await make()
    await callers.whoIs(readToken(token))
    void callers.flush()
    await callers.flush()
    expect(await lastUsed(id)).not.toBeNull()
  })
})
