import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client'
import { claimUpsert, type PrismaLike } from './prisma'

/**
 * Prisma's upsert in set form: the same statement over many rows. Prisma defines it; here only its values are replaced, each
 * by the column of the rows that has the value.
 * @param rows a FROM item
 * @param values expressions over its columns, by the column of the record that gets them
 */
export type SetUpsert = (rows: Sql, values: Readonly<Record<string, Sql>>) => Sql

/** Opens a Prisma client on a driver adapter. */
export type OpenClient = (adapter: unknown) => PrismaLike & { $disconnect(): Promise<void> }

/** Prisma's statement has another shape than this program knows. Claims are then made by Prisma itself, one by one. */
export class UnknownUpsert extends Error {
  override name = 'UnknownUpsert'
}

/** A value of each column, unlike every other, so that the place of each shows in what Prisma sends. */
const CREATED = {
  merchantId: '00000000-0000-4000-8000-000000000001',
  id: 'the id',
  scope: 'the scope',
  operation: 'the operation',
  key: 'the key',
  fingerprint: 'the fingerprint',
  fingerprintVersion: 12_345,
  fields: 'the fields',
  state: 'sending',
  token: '00000000-0000-4000-8000-000000000002',
  leaseUntil: new Date('2001-02-03T04:05:06.789Z'),
  worker: 'the worker',
  subjectId: '00000000-0000-4000-8000-000000000003',
  retentionDays: 1_234,
}
const UPDATED_KEY = 'the key of the update'

/** The columns that a caller may give values for, with what stands for each in the captured statement. */
const COLUMNS: Readonly<Record<string, unknown>> = {
  merchant_id: CREATED.merchantId,
  id: CREATED.id,
  scope: CREATED.scope,
  operation: CREATED.operation,
  key: CREATED.key,
  fingerprint: CREATED.fingerprint,
  fingerprint_version: CREATED.fingerprintVersion,
  fields: CREATED.fields,
  state: CREATED.state,
  token: CREATED.token,
  lease_until: CREATED.leaseUntil,
  worker: CREATED.worker,
  subject_id: CREATED.subjectId,
  retention_days: CREATED.retentionDays,
}
const RETURNED = ['merchant_id', 'id', 'token', 'fence', 'created_at', 'expires_at']

/** The shape of Prisma 7.10, the one in which the parts of the statement can be told apart. */
const SHAPE =
  /^INSERT INTO (\S+) \(([^()]+)\) VALUES \(([^()]+)\) ON CONFLICT \("merchant_id","id"\) DO UPDATE SET "key" = \$(\d+) WHERE \(\(\1\."merchant_id" = \$(\d+) AND \1\."id" = \$(\d+)\) AND 1=1\) RETURNING ([^()]+)$/

/** A statement as Prisma gives it to a driver adapter. */
export interface CapturedQuery {
  sql: string
  args: unknown[]
  argTypes: { dbType?: string }[]
}

/**
 * Lets Prisma compile the upsert of a claim, once, and reads its statement off what it sends.
 * @throws UnknownUpsert
 */
export async function captureUpsert(open: OpenClient): Promise<CapturedQuery> {
  const sent: CapturedQuery[] = []
  const client = open(recordingAdapter(sent))
  try {
    await client.idempotencyRecord.upsert(claimUpsert(CREATED, UPDATED_KEY))
  } catch (error) {
    // It gets no rows, and may say so.
    if (sent.length === 0) throw new UnknownUpsert('Prisma sent no statement', { cause: error })
  } finally {
    await client.$disconnect()
  }
  const [query, ...more] = sent
  if (!query || more.length > 0) throw new UnknownUpsert(`Prisma sent ${sent.length} statements`)
  return query
}

/** @throws UnknownUpsert when the statement is not of the known shape, or a value does not stand where it should */
export function setUpsert({ sql: text, args, argTypes }: CapturedQuery): SetUpsert {
  const parts = SHAPE.exec(text)
  if (!parts) throw new UnknownUpsert(`its shape is not known: ${text}`)
  const [, table = '', columnList = '', valueList, key, merchant, id, returning = ''] = parts
  const columns = columnList.split(',').map(unquoted)
  const places = columns.map((_, index) => `$${index + 1}`).join(',')
  const arg = (place: string | undefined) => args[Number(place) - 1]
  const asExpected =
    valueList === places &&
    arg(key) === UPDATED_KEY &&
    arg(merchant) === CREATED.merchantId &&
    arg(id) === CREATED.id &&
    Object.entries(COLUMNS).every(([name, value]) => isSame(args[columns.indexOf(name)], value)) &&
    RETURNED.every((name) => returning.split(', ').includes(`${table}."${name}"`))
  if (!asExpected) throw new UnknownUpsert(`its values are not where they should be: ${text}`)
  const defaults = columns.map((name, index) =>
    name in COLUMNS ? null : sql`${args[index]}::${typeName(argTypes[index]?.dbType)}`,
  )
  return (rows, values) => sql`
    INSERT INTO ${raw(table)} (${raw(columnList)})
    SELECT ${join(columns.map((name, index) => defaults[index] ?? given(values, name)))} FROM ${rows}
    ON CONFLICT ("merchant_id","id") DO UPDATE SET "key" = excluded."key"
    WHERE ((${raw(table)}."merchant_id" = excluded."merchant_id" AND ${raw(table)}."id" = excluded."id") AND 1=1)
    RETURNING ${raw(returning)}`
}

function given(values: Readonly<Record<string, Sql>>, name: string): Sql {
  const value = values[name]
  if (!value) throw new Error(`the claim gives no value for ${name}`)
  return value
}

/** A default of the schema that Prisma sends itself, such as `fence`. */
function typeName(dbType: string | undefined): Sql {
  if (!dbType || !/^[A-Z]+$/.test(dbType)) throw new UnknownUpsert(`a default has the type ${dbType}`)
  return raw(dbType)
}

/** Prisma gives the driver a date as a `Date` or as its text. */
function isSame(sent: unknown, value: unknown): boolean {
  return value instanceof Date ? new Date(sent as string).getTime() === value.getTime() : sent === value
}

function unquoted(name: string): string {
  return name.replace(/^"|"$/g, '')
}

/** A driver adapter without a database: it notes what Prisma sends, and answers that there are no rows. */
function recordingAdapter(sent: CapturedQuery[]): unknown {
  const about = { provider: 'postgres', adapterName: 'recorder' }
  const note = (query: CapturedQuery) => {
    sent.push(query)
    return Promise.resolve({ columnNames: [], columnTypes: [], rows: [] })
  }
  const connection = {
    ...about,
    queryRaw: note,
    executeRaw: (query: CapturedQuery) => note(query).then(() => 0),
    executeScript: () => Promise.resolve(),
    startTransaction: () => Promise.reject(new UnknownUpsert('Prisma began a transaction')),
    getConnectionInfo: () => ({ supportsRelationJoins: true, schemaName: 'public' }),
    dispose: () => Promise.resolve(),
  }
  return { ...about, connect: () => Promise.resolve(connection) }
}
