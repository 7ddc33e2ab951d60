import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { listMails } from '@/mail/queue'
import { SYSTEM } from '@/platform/audit'
import { type Db, openDb, openPool, sql } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import type { AlertKind } from './kinds'
import { notifyOperators } from './notify'
import { chooseMailedKinds, mailedKinds } from './rules'

let database: TestDatabase
let owner: pg.Pool
let pool: pg.Pool
let db: Db
let merchantId: string

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 2, name: 'notify-owner' })
  pool = openPool(database.appUrl, { max: 10, name: 'notify' })
  db = openDb(pool)
})
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([pool.end(), owner.end()])
  await database.drop()
})
beforeEach(async () => {
  merchantId = uuidv7()
  await owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'Shop')`, [merchantId])
  for (const id of ['ada', 'bob'])
    await owner.query(`INSERT INTO operator (id, merchant_id, name, email) VALUES ($1, $2, $3, $4)`, [
      `${id} ${merchantId}`,
      merchantId,
      id,
      `${id}-${merchantId}@example.com`,
    ])
})

const operator = (name: string) => `${name} ${merchantId}`
const choose = (name: string, kinds: AlertKind[]) =>
  chooseMailedKinds(db, { merchantId, operatorId: operator(name), by: SYSTEM }, kinds)
const open = async (kind: AlertKind, subject: string = uuidv7()) => {
  await db.$executeRaw(sql`
    INSERT INTO alert (merchant_id, id, kind, subject, detail, money, since)
    VALUES (${merchantId}::uuid, ${uuidv7()}::uuid, ${kind}, ${subject}, 'the bank is silent', true, now())`)
  return subject
}
const notify = () =>
  notifyOperators(db, {
    ours: sql`merchant_id = ${merchantId}::uuid`,
    baseUrl: 'https://pay.example.com',
    newId: uuidv7,
  })
const mails = () => listMails(db, merchantId, 50)
const aMinuteLater = () => owner.query(`UPDATE alert_rule SET mailed_at = mailed_at - interval '61 seconds'`)

test('an alert is told once to each operator who chose its kind, however many workers look', async () => {
  await choose('ada', ['parked', 'worker-dead'])
  await choose('bob', ['key-expiring'])
  const subject = await open('parked')
  await Promise.all([notify(), notify(), notify()])
  await aMinuteLater()
  await notify()
  const [mail, ...more] = await mails()
  expect(more).toEqual([])
  expect(mail).toMatchObject({
    recipient: `ada-${merchantId}@example.com`,
    subject: '[Payonce] A payment or refund waits for a person',
    state: 'pending',
  })
  expect(mail?.body).toContain(subject)
  expect(mail?.body).toContain('What to do:')
  expect(mail?.body).toContain('https://pay.example.com/dashboard/alerts')
})

test('a flood is one mail a minute', async () => {
  await choose('ada', ['parked', 'stray-charge'])
  await open('parked')
  await notify()
  for (let count = 0; count < 12; count++) await open(count % 2 ? 'parked' : 'stray-charge')
  await notify()
  expect(await mails()).toHaveLength(1)
  await aMinuteLater()
  await notify()
  const [digest, ...first] = await mails()
  expect(first).toHaveLength(1)
  expect(digest?.subject).toMatch(/^\[Payonce\] 12 alerts: /)
  await aMinuteLater()
  await notify()
  expect(await mails()).toHaveLength(2)
})

test('more than one mail can hold come in the next', async () => {
  await choose('ada', ['parked'])
  for (let count = 0; count < 51; count++) await open('parked')
  await notify()
  await aMinuteLater()
  await notify()
  expect((await mails()).map(({ subject }) => subject)).toEqual([
    '[Payonce] A payment or refund waits for a person',
    expect.stringMatching(/^\[Payonce\] 50 alerts/),
  ])
})

test('what has ended, or somebody has taken on, is told to nobody', async () => {
  await choose('ada', ['parked'])
  await open('parked')
  await owner.query(`UPDATE alert SET ended_at = now() WHERE merchant_id = $1`, [merchantId])
  await open('parked')
  await owner.query(
    `UPDATE alert SET acknowledged_at = now(), acknowledged_by = 'operator:1' WHERE merchant_id = $1 AND ended_at IS NULL`,
    [merchantId],
  )
  expect(await notify()).toBe(0)
  expect(await mails()).toEqual([])
})

test('a choice can be changed, and goes with its operator', async () => {
  await choose('ada', ['parked', 'worker-dead'])
  await choose('ada', ['worker-dead'])
  expect(await mailedKinds(db, merchantId, operator('ada'))).toEqual(['worker-dead'])
  await open('parked')
  expect(await notify()).toBe(0)
  await owner.query('DELETE FROM operator WHERE id = $1', [operator('ada')])
  expect(await mailedKinds(db, merchantId, operator('ada'))).toEqual([])
})
