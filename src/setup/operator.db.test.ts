import { afterAll, beforeAll, expect, test } from 'vitest'
import { wrappingOf } from '@/access/answer-wrapping'
import { findInvitation } from '@/access/invitation'
import { type Db, openDb, openPool } from '@/platform/db'
import { operatorCommand } from './operator'
import { testDatabase } from './test/database'

const FIRST = '018f0000-0000-7000-8000-00000000000a'
const SECOND = '018f0000-0000-7000-8000-00000000000b'
const BASE = 'https://pay.example.com'
let url: string
let db: Db
let close: () => Promise<void>

beforeAll(async () => {
  const database = await testDatabase()
  url = database.appUrl
  const pool = openPool(url, { max: 2, name: 'operator-test' })
  db = openDb(pool)
  await db.merchant.create({ data: { id: FIRST, name: 'Harbour Goods' } })
  close = async () => {
    await db.$disconnect()
    await pool.end()
    await database.drop()
  }
})
afterAll(() => close())

const wrapping = () => wrappingOf({ PAYONCE_SECRET: 'a secret for tests, long enough to pass' })
const run = (...flags: string[]) => operatorCommand(flags, { databaseUrl: url, baseUrl: BASE, wrapping })

test('the first operator of a merchant is invited by a link, without a password', async () => {
  const text = await run('add', '--email', 'Ada@Example.com', '--role', 'admin')
  expect(text).toMatch(/^ada@example.com is invited to Harbour Goods as admin\./)
  const code = text.split(`${BASE}/invitation/`)[1] ?? ''
  expect(await findInvitation(db, code)).toMatchObject({
    email: 'ada@example.com',
    role: 'admin',
    merchantId: FIRST,
  })
})

test.each([
  ['no verb', []],
  ['another verb', ['remove', '--email', 'a@b.example', '--role', 'admin']],
  ['no e-mail', ['add', '--role', 'admin']],
  ['no role', ['add', '--email', 'a@b.example']],
  ['a role that there is not', ['add', '--email', 'a@b.example', '--role', 'owner']],
  ['a password on the command line', ['add', '--email', 'a@b.example', '--role', 'admin', '--password', 'x']],
  ['a merchant that is no id', ['add', '--email', 'a@b.example', '--role', 'admin', '--merchant', 'Harbour']],
])('%s is answered with the usage', async (_, flags) => {
  const before = await db.operatorInvitation.count()
  await expect(run(...flags)).rejects.toThrow(/^Usage: npm run operator -- add/)
  expect(await db.operatorInvitation.count()).toBe(before)
})

test('of several merchants one must be named, and one that there is', async () => {
  await db.merchant.create({ data: { id: SECOND, name: 'Hill Goods', mode: 'live' } })
  const person = ['add', '--email', 'b@example.com', '--role', 'viewer']
  await expect(run(...person)).rejects.toThrow(/Name the merchant/)
  await expect(run(...person, '--merchant', SECOND.replace('b', 'c'))).rejects.toThrow(/no merchant/)
  expect(await run(...person, '--merchant', SECOND)).toContain('invited to Hill Goods as viewer')
})

test('the second factors of the last admin are reset from the command line, and nobody else’s', async () => {
  for (const [id, email] of [
    ['ada', 'last@example.com'],
    ['eve', 'other@example.com'],
  ] as const) {
    await db.operator.create({ data: { id, merchantId: FIRST, name: id, email } })
    await db.$executeRaw`
      INSERT INTO operator_totp (merchant_id, operator_id, secret) VALUES (${FIRST}::uuid, ${id}, 'v1.abcdefgh.secret')`
    await db.$executeRaw`UPDATE operator_totp SET confirmed_at = now() WHERE operator_id = ${id}`
    await db.$executeRaw`
      INSERT INTO operator_recovery_code (merchant_id, operator_id, hash) VALUES (${FIRST}::uuid, ${id}, ${'h'.repeat(43)})`
    await db.operatorSession.create({
      data: { id, token: id, userId: id, expiresAt: new Date(Date.now() + 60_000) },
    })
  }
  expect(await run('reset-factors', '--email', 'Last@Example.com')).toMatch(/^last@example.com has no second/)
  const left = await Promise.all([
    db.operatorTotp.findMany({ select: { operatorId: true } }),
    db.operatorRecoveryCode.findMany({ select: { operatorId: true } }),
    db.operatorSession.findMany({ select: { userId: true } }),
  ])
  expect(left).toEqual([[{ operatorId: 'eve' }], [{ operatorId: 'eve' }], [{ userId: 'eve' }]])
  const entries = await db.auditEntry.findMany({ where: { action: 'factors.reset' } })
  expect(entries).toMatchObject([
    { actor: 'system', subject: 'ada', merchantId: FIRST, detail: 'from the command line' },
  ])
  await expect(run('reset-factors', '--email', 'nobody@example.com')).rejects.toThrow(/no operator nobody/)
  for (const flags of [[], ['--email'], ['--email', 'a@b.example', '--all']])
    await expect(run('reset-factors', ...flags)).rejects.toThrow(/^Usage: npm run operator/)
})

test('keys of stored answers are rotated: of one merchant, or of each that has one', async () => {
  expect(await run('rotate-answers-key')).toContain('No merchant has a key')
  expect(await run('rotate-answers-key', '--merchant', SECOND)).toContain(`${SECOND}: key version 1`)
  expect(await run('rotate-answers-key')).toContain(`${SECOND}: key version 2`)
  await expect(run('rotate-answers-key', '--merchant', SECOND.replace('b', 'c'))).rejects.toThrow(
    /no merchant/,
  )
  await expect(run('rotate-answers-key', '--merchant', 'Hill')).rejects.toThrow(/^Usage/)
  expect(await db.auditEntry.count({ where: { action: 'answer-key.rotated' } })).toBe(2)
})
