import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Callers } from '@/access/callers'
import { readToken } from '@/access/token'
import { type Db, openDb, openPool } from '@/platform/db'
import { refuseUnsafeDatabase } from '@/platform/env'
import { MERCHANT_USAGE, merchantCommand, readMerchantArguments } from './merchant'
import { testDatabase } from './test/database'

let url: string
let db: Db
let drop: () => Promise<void>

beforeAll(async () => {
  const database = await testDatabase()
  url = database.appUrl
  const pool = openPool(url, { max: 2, name: 'merchant-test' })
  db = openDb(pool)
  drop = async () => {
    await db.$disconnect()
    await pool.end()
    await database.drop()
  }
})
afterAll(() => drop())

const run = (args: string[], mode: 'test' | 'live' = 'live') =>
  merchantCommand(args, { databaseUrl: async () => url, mode })
const part = (text: string, name: string) => new RegExp(`${name} +(\\S+)`).exec(text)?.[1] ?? ''

describe('npm run merchant -- add', () => {
  test.each(['test', 'live'] as const)(
    'makes a merchant of the installation’s mode, and says its id: %s',
    async (mode) => {
      const id = part(await run(['add', '--name', '  Harbour Goods '], mode), 'id')
      expect(await db.merchant.findUnique({ where: { id } })).toMatchObject({ name: 'Harbour Goods', mode })
      expect(await db.apiKey.count({ where: { merchantId: id } })).toBe(0)
      expect(await db.auditEntry.findMany({ where: { merchantId: id } })).toMatchObject([
        { action: 'merchant.created', actor: 'system', subject: id },
      ])
    },
  )

  test('makes its first key when asked, shows it once, and it works in that mode only', async () => {
    const said = await run([
      'add',
      '--name',
      'Shop',
      '--key',
      'Web server',
      '--scopes',
      'payments:write, orders:read',
      '--expires-in-days',
      '90',
    ])
    const token = part(said, 'API key')
    expect(token).toMatch(/^sk_live_/)
    expect(await new Callers({ db, mode: 'live' }).whoIs(readToken(token))).toMatchObject({
      merchantId: part(said, 'id'),
      scopes: ['payments:write', 'orders:read'],
    })
    expect(await new Callers({ db, mode: 'test' }).whoIs(readToken(token))).toBeNull()
    const key = await db.apiKey.findFirstOrThrow({ where: { merchantId: part(said, 'id') } })
    expect(JSON.stringify(key)).not.toContain(token)
    expect((key.expiresAt as Date).getTime() - key.createdAt.getTime()).toBe(90 * 86_400_000)
  })

  test.each([['--help'], ['-h'], ['help'], ['add', '--help']])('explains itself: %s', async (...args) => {
    expect(await run(args)).toBe(MERCHANT_USAGE)
  })

  test.each<[string[], string]>([
    [[], 'Say what to do'],
    [['remove'], 'There is no "remove"'],
    [['add', 'Shop'], 'There is no "add Shop"'],
    [['add'], '--name takes'],
    [['add', '--name', ' '], '--name takes'],
    [['add', '--name', 'a\nb'], '--name takes'],
    [['add', '--name', 'x'.repeat(201)], '--name takes'],
    [['add', '--name', 'Shop', '--mode', 'live'], '--mode'],
    [['add', '--name', 'Shop', '--scopes', 'orders:read'], 'name it with --key'],
    [['add', '--name', 'Shop', '--key', 'K'], 'needs --scopes'],
    [['add', '--name', 'Shop', '--key', 'K', '--scopes', ''], 'There is no scope ""'],
    [['add', '--name', 'Shop', '--key', 'K', '--scopes', 'orders:read,all'], 'There is no scope "all"'],
    [
      ['add', '--name', 'Shop', '--key', 'K', '--scopes', 'orders:read', '--expires-in-days', '0'],
      '1 to 3650',
    ],
    [
      ['add', '--name', 'Shop', '--key', 'K', '--scopes', 'orders:read', '--expires-in-days', '3651'],
      '1 to 3650',
    ],
  ])('refuses %j, says why, and changes nothing', async (args, why) => {
    const before = await db.merchant.count()
    expect(() => readMerchantArguments(args)).toThrow(why)
    await expect(run(args)).rejects.toThrow('Usage: npm run merchant')
    expect(await db.merchant.count()).toBe(before)
  })

  test('writes no live data over a connection that nobody verified', () => {
    expect(() => refuseUnsafeDatabase({ PAYONCE_MODE: 'live', DATABASE_URL: url })).toThrow(
      'sslmode=verify-full',
    )
    expect(() => refuseUnsafeDatabase({ PAYONCE_MODE: 'live' })).toThrow('DATABASE_URL: name')
    expect(refuseUnsafeDatabase({ DATABASE_URL: url })).toBeUndefined()
  })
})
