import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holdsCardNumber } from '@/lib/card-number'
import { EXPONENTS } from '@/lib/money'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { type Db, openDb, openPool, sql } from './db'
import { EVERY_PART, findings, invariants } from './integrity'
import { APP_ROLE } from './roles'

let database: TestDatabase
let owner: pg.Client
let app: pg.Pool
let bank: pg.Pool
let db: Db
let views: string[]

beforeAll(async () => {
  database = await testDatabase()
  owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
  app = openPool(database.appUrl, { max: 2, name: 'integrity-app' })
  bank = openPool(database.bankUrl, { max: 1, name: 'integrity-bank' })
  db = openDb(app)
  views = (await invariants(db, EVERY_PART)).map(({ view }) => view)
})
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([app.end(), bank.end(), owner.end()])
  await database.drop()
})

describe('the catalogue', () => {
  it('has lost none of the first 23 invariants, and nothing breaks them where there is nothing', async () => {
    expect(views.length).toBeGreaterThanOrEqual(23)
    expect((await findings(db, EVERY_PART, null)).flatMap(({ offenders }) => offenders)).toEqual([])
  })

  it('every view has the three columns, and says to people what holds', async () => {
    const { rows } = await owner.query(`
      SELECT c.oid::regclass::text AS view, obj_description(c.oid) AS says,
        (SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, -1), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid) AS columns
      FROM pg_class c WHERE c.relkind = 'v' AND relnamespace::regnamespace::text LIKE 'integrity%'`)
    expect(rows).toHaveLength(views.length)
    for (const row of rows)
      expect(row).toMatchObject({
        columns: 'merchant_id uuid, subject text, detail text',
        says: expect.stringMatching(/^[A-Z]/),
      })
  })

  it('one more view is one more invariant, which the product may read', async () => {
    await owner.query(`
      CREATE VIEW integrity_ledger.pigs_fly AS SELECT NULL::uuid AS merchant_id, 'pig 1' AS subject, 'on the ground' AS detail;
      COMMENT ON VIEW integrity_ledger.pigs_fly IS 'Pigs fly'`)
    const found = await findings(db, ['ledger'], null)
    await owner.query('DROP VIEW integrity_ledger.pigs_fly')
    const offenders = [{ merchantId: null, subject: 'pig 1', detail: 'on the ground' }]
    expect(found).toContainEqual({ id: 'pigs-fly', part: 'ledger', rule: 'Pigs fly', offenders })
  })

  it('a database without invariants is an error, not one in which all of them hold', async () => {
    await expect(invariants(db, ['nowhere' as 'ledger'])).rejects.toThrow('no invariants')
  })
})

describe('the roles', () => {
  const denied = { code: '42501' }

  it('the product may read every view, and that is all anybody but the owner may', async () => {
    for (const view of views) await app.query(`SELECT * FROM ${view}`)
    const { rows } = await owner.query(`
      SELECT DISTINCT grantee::regrole::text AS who, privilege_type AS may FROM pg_class c, aclexplode(c.relacl)
      WHERE c.relkind = 'v' AND relnamespace::regnamespace::text LIKE 'integrity%' AND grantee <> c.relowner`)
    expect(rows).toEqual([{ who: APP_ROLE, may: 'SELECT' }])
  })

  it('the product may not replace, rename or drop a view', async () => {
    for (const view of views)
      for (const attack of [
        `CREATE OR REPLACE VIEW ${view} AS SELECT 1`,
        `ALTER VIEW ${view} RENAME TO mine`,
        `DROP VIEW ${view}`,
      ])
        await expect(app.query(attack), attack).rejects.toMatchObject(denied)
  })

  it.each(EVERY_PART)('the product creates nothing in integrity_%s', async (part) => {
    for (const attack of [
      `CREATE VIEW integrity_${part}.mine AS SELECT 1`,
      `CREATE TABLE integrity_${part}.mine (x int)`,
      `CREATE FUNCTION integrity_${part}.mine() RETURNS int LANGUAGE sql RETURN 1`,
      `DROP SCHEMA integrity_${part} CASCADE`,
      `COMMENT ON SCHEMA integrity_${part} IS 'mine'`,
    ])
      await expect(app.query(attack), attack).rejects.toMatchObject(denied)
  })

  it('the bank sees none of it', async () => {
    for (const view of views) await expect(bank.query(`SELECT * FROM ${view}`)).rejects.toMatchObject(denied)
    await expect(bank.query('SELECT * FROM integrity_system.idle_transactions()')).rejects.toMatchObject(
      denied,
    )
  })

  it('the product sees that a connection of somebody else sits in a transaction, and not what it said', async () => {
    await owner.query('BEGIN')
    const { rows: seen } = await app.query('SELECT pid FROM integrity_system.idle_transactions()')
    const { rows: pid } = await owner
      .query('SELECT pg_backend_pid() AS pid; COMMIT')
      .then((results) => (results as unknown as pg.QueryResult[])[0] as pg.QueryResult)
    expect(seen).toEqual(pid)
    expect(
      (await app.query('SELECT * FROM integrity_system.idle_transactions()')).fields.map(({ name }) => name),
    ).toEqual(['pid', 'since'])
  })
})

describe('what SQL and TypeScript both know', () => {
  it('the currencies and their decimals', async () => {
    const { rows } = await app.query('SELECT code, decimals FROM integrity_across.known_currencies()')
    expect(Object.fromEntries(rows.map(({ code, decimals }) => [code, decimals]))).toEqual(EXPONENTS)
  })

  const inSql = async (texts: string[]): Promise<boolean[]> => {
    const rows = await db.$queryRaw<{ holds: boolean }[]>(sql`
      SELECT integrity_across.holds_card_number(content) AS holds FROM unnest(${texts}::text[]) WITH ORDINALITY AS given (content, place) ORDER BY place`)
    return rows.map(({ holds }) => holds)
  }

  const CARD = '4242424242424242'
  it('what a card number is: SQL finds none that the code lets in, whatever stands beside it', async () => {
    const forms = [
      CARD,
      '4242 4242 4242 4242',
      '4242-4242-4242-4242',
      '4222222222222',
      '4000000000000000006',
      '378282246310005',
      '1111111111111117',
      '424242424242',
      '4242424242424241',
    ]
    const beside = [
      '',
      ' ',
      '.',
      '. ',
      '.x',
      'x.',
      ',',
      '-',
      '_',
      '"',
      'a',
      'é',
      '٣',
      '７',
      '\n',
      ' 4',
      '4 ',
      CARD,
      `${CARD} `,
      ` ${CARD}`,
      ` 1 ${CARD}`,
    ]
    const texts = beside.flatMap((before) =>
      beside.flatMap((after) => forms.map((form) => `${before}${form}${after}`)),
    )
    const found = await inSql(texts)
    expect(found.filter(Boolean).length).toBeGreaterThan(500)
    expect(texts.filter((text, index) => found[index] && !holdsCardNumber(text))).toEqual([])
    // Where it stands alone, both know it.
    const alone = forms.flatMap((form) => [form, ` ${form}.`, `"${form}"`])
    expect(await inSql(alone)).toEqual(alone.map(holdsCardNumber))
  })

  it('the same in texts by chance', async () => {
    const piece = fc.oneof(
      { weight: 4, arbitrary: fc.stringMatching(/^[2-6][0-9]{11,18}$/) },
      { weight: 2, arbitrary: fc.constantFrom(CARD, '5555 5555 5555 4444', '3782-822463-10005') },
      { weight: 4, arbitrary: fc.constantFrom(' ', '-', '.', '_', 'x', '0', '7', 'é', '٣', '\n', '') },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')) },
    )
    const texts = fc.array(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      { minLength: 100, maxLength: 100 },
    )
    await fc.assert(
      fc.asyncProperty(texts, async (list) => {
        const found = await inSql(list)
        expect(list.filter((text, index) => found[index] && !holdsCardNumber(text))).toEqual([])
      }),
    )
  })
})
