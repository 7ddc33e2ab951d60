import { sqltag as sql } from '@prisma/client/runtime/client'
import { beforeAll, describe, expect, it } from 'vitest'
import { openClient } from '@/platform/db'
import {
  type CapturedQuery,
  captureUpsert,
  type OpenClient,
  setUpsert,
  UnknownUpsert,
} from './captured-upsert'

/** The statement of Prisma 7.10, as docs/decisions/0031 explains. A new version that changes it needs a look at `setUpsert`. */
const TEXT = `INSERT INTO "public"."idempotency_record" ("merchant_id","id","scope","operation","key","fingerprint","fingerprint_version","fields","state","token","fence","lease_until","worker","tries","failures","subject_id","retention_days") VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17) ON CONFLICT ("merchant_id","id") DO UPDATE SET "key" = $18 WHERE (("public"."idempotency_record"."merchant_id" = $19 AND "public"."idempotency_record"."id" = $20) AND 1=1) RETURNING "public"."idempotency_record"."merchant_id", "public"."idempotency_record"."id", "public"."idempotency_record"."token", "public"."idempotency_record"."fence", "public"."idempotency_record"."created_at", "public"."idempotency_record"."expires_at"`
const COLUMNS = [
  ...'merchant_id id scope operation key fingerprint fingerprint_version fields state token lease_until worker subject_id retention_days'.split(
    ' ',
  ),
]
const VALUES = Object.fromEntries(COLUMNS.map((name) => [name, sql`${`of ${name}`}`]))

let captured: CapturedQuery
beforeAll(async () => {
  captured = await captureUpsert(openClient)
})

describe('the upsert of a claim, as Prisma compiles it', () => {
  it('is one native INSERT … ON CONFLICT, of the shape that is known', () => {
    expect(captured.sql).toBe(TEXT)
  })

  it('in set form is the same statement, with a column of the rows in the place of each value', () => {
    const { sql: text, values } = setUpsert(captured)(sql`called`, VALUES)
    const set = text.replace(/\s+/g, ' ').trim()
    // What comes before and behind the values is Prisma's, to the letter.
    expect(set.startsWith(TEXT.slice(0, TEXT.indexOf(' VALUES')))).toBe(true)
    expect(set).toContain(
      'SELECT ?,?,?,?,?,?,?,?,?,?,?::INTEGER,?,?,?::INTEGER,?::INTEGER,?,? FROM called ON CONFLICT ("merchant_id","id") DO UPDATE SET "key" = excluded."key" WHERE',
    )
    expect(set.endsWith(TEXT.slice(TEXT.indexOf('RETURNING')))).toBe(true)
    expect(values).toEqual([
      ...COLUMNS.slice(0, 10).map((name) => `of ${name}`),
      '1',
      'of lease_until',
      'of worker',
      '0',
      '0',
      'of subject_id',
      'of retention_days',
    ])
  })

  const changed = (change: (query: CapturedQuery) => CapturedQuery) => () =>
    setUpsert(change(structuredClone(captured)))
  const replaced = (from: string, to: string) =>
    changed((query) => ({ ...query, sql: query.sql.replace(from, to) }))
  const swapped = (one: number, other: number) =>
    changed((query) => {
      const args = [...query.args]
      ;[args[one], args[other]] = [args[other], args[one]]
      return { ...query, args }
    })
  it.each([
    ['an update of nothing', replaced('DO UPDATE SET "key" = $18', 'DO NOTHING')],
    ['an update of another column', replaced('SET "key"', 'SET "token"')],
    ['a condition more', replaced('AND 1=1', 'AND 1=1 AND "fence" = 1')],
    ['another key', replaced('ON CONFLICT ("merchant_id","id")', 'ON CONFLICT ("id")')],
    ['two tables', replaced('"idempotency_record"."merchant_id" = $19', '"other"."merchant_id" = $19')],
    [
      'a column less in its answer',
      replaced('"idempotency_record"."token", ', '"idempotency_record"."worker", '),
    ],
    ['values in another order', replaced('$9,$10', '$10,$9')],
    ['two values swapped', swapped(2, 3)],
    ['token and subject swapped', swapped(9, 15)],
    ['the conditions’ values swapped', swapped(18, 19)],
    [
      'a default of an unknown type',
      changed((query) => ({ ...query, argTypes: query.argTypes.map(() => ({ dbType: 'x y' })) })),
    ],
  ])('%s is not the shape that is known', (_, set) => {
    expect(set).toThrow(UnknownUpsert)
  })

  it.each<
    [
      string,
      (adapter: {
        connect(): Promise<{ queryRaw(query: CapturedQuery): Promise<unknown> }>
      }) => Promise<void>,
    ]
  >([
    ['sends nothing', async () => undefined],
    [
      'reads first',
      async (adapter) => {
        const connection = await adapter.connect()
        await connection.queryRaw({ ...captured, sql: 'SELECT 1' })
        await connection.queryRaw(captured)
      },
    ],
  ])('a client that %s is not understood', async (_, upsert) => {
    const open = ((adapter: never) => ({
      idempotencyRecord: { upsert: () => upsert(adapter) },
      $disconnect: async () => undefined,
    })) as unknown as OpenClient
    await expect(captureUpsert(open)).rejects.toThrow(UnknownUpsert)
  })

  it('a column that the claim forgets is a mistake of ours, not a null', () => {
    const { worker: _, ...others } = VALUES
    expect(() => setUpsert(captured)(sql`called`, others)).toThrow('no value for worker')
  })
})
