import { sqltag as sql } from '@prisma/client/runtime/client'
import { checkClient, type UserClient } from './settings'

/** Something that the database lacks. */
export interface Missing {
  /** Such as `column idempotency_record.fence`. */
  what: string
  /** One sentence. */
  todo: string
}

/** The database lacks what the store needs: it may not serve. The message names all of it. */
export class SchemaIncomplete extends Error {
  override name = 'SchemaIncomplete'
  constructor(readonly missing: readonly Missing[]) {
    super(
      `The database is not ready for @payonce/idempotency:\n${missing.map(({ what, todo }) => `- ${what}: ${todo}`).join('\n')}`,
    )
  }
}

/** Columns of the record, with their types as `format_type` names them. */
const COLUMNS: Readonly<Record<string, string>> = {
  merchant_id: 'uuid',
  id: 'text',
  scope: 'text',
  operation: 'text',
  key: 'text',
  fingerprint: 'text',
  fingerprint_version: 'smallint',
  fields: 'text',
  state: 'text',
  token: 'uuid',
  fence: 'integer',
  lease_until: 'timestamp(6) with time zone',
  worker: 'text',
  held_since: 'timestamp(6) with time zone',
  tries: 'integer',
  failures: 'integer',
  overdue_since: 'timestamp(6) with time zone',
  parked_at: 'timestamp(6) with time zone',
  parked_reason: 'text',
  subject_id: 'uuid',
  status: 'smallint',
  problem: 'text',
  answer: 'text',
  headers: 'text',
  created_at: 'timestamp(6) with time zone',
  completed_at: 'timestamp(6) with time zone',
  expires_at: 'timestamp(6) with time zone',
  retention_days: 'smallint',
}
/** Columns that retention empties: a table of an earlier version still has NOT NULL there. */
const EMPTIED = [
  'scope',
  'operation',
  'key',
  'fingerprint',
  'token',
  'worker',
  'held_since',
  'tries',
  'failures',
]
/** Columns that an INSERT leaves to the database's clock. */
const DEFAULTS = [
  'state',
  'fence',
  'lease_until',
  'held_since',
  'tries',
  'failures',
  'created_at',
  'expires_at',
]
const FUNCTIONS = ['expect_rows(text,bigint,bigint)', 'mark_overdue_records(integer)']
/** Triggers that refuse a second answer, and the deletion of a record that is still needed; and the one that gives a record its own retention. */
const TRIGGERS = [
  'completed_record_is_fixed',
  'tombstone_is_for_good',
  'only_dead_claims_are_deleted',
  'own_retention',
]

/** 14, the oldest version that PostgreSQL itself still keeps. */
const VERSION_MIN = 140_000

const MIGRATE =
  'add prisma/migration.sql of the package as a migration (its README has the two commands) and run `npx prisma migrate deploy`'

interface Catalogue {
  version: number
  columns: { name: string; type: string; filled: boolean; empty: boolean }[]
  key: string[]
  functions: string[]
  guards: string[]
  position: boolean
  readOnly: boolean
}

/**
 * Asks PostgreSQL's catalogue whether the tables, functions and triggers of the migration are there. Changes nothing.
 * @returns what is missing; an empty list when nothing is
 * @throws the error of the database when it cannot be asked
 */
export async function checkSchema(prisma: UserClient): Promise<Missing[]> {
  checkClient('checkSchema', prisma)
  const [found] = (await prisma.$queryRaw(CATALOGUE)) as { catalogue: Catalogue }[]
  return found ? missingIn(found.catalogue) : [{ what: 'PostgreSQL', todo: 'use a PostgreSQL database' }]
}

/** @throws SchemaIncomplete naming all that is missing */
export async function assertSchema(prisma: UserClient): Promise<void> {
  const missing = await checkSchema(prisma)
  if (missing.length > 0) throw new SchemaIncomplete(missing)
}

/** Compares a catalogue with what is needed. Pure. */
export function missingIn(found: Catalogue): Missing[] {
  const missing: Missing[] = []
  const need = (there: boolean, what: string, todo = MIGRATE) => there || missing.push({ what, todo })
  need(found.version >= VERSION_MIN, `PostgreSQL ${VERSION_MIN / 10_000}`, 'use this version or a newer one')
  need(
    !found.readOnly,
    'the right to write',
    'this is a standby or a read-only session; connect to the primary',
  )
  if (found.columns.length === 0) {
    need(false, 'table idempotency_record')
    return missing
  }
  const columns = new Map(found.columns.map((column) => [column.name, column]))
  for (const [name, type] of Object.entries(COLUMNS)) {
    const column = columns.get(name)
    need(column !== undefined, `column idempotency_record.${name}`)
    need(
      !column || column.type === type,
      `column idempotency_record.${name} as ${type} (it is ${column?.type})`,
    )
  }
  for (const name of DEFAULTS)
    need(columns.get(name)?.filled === true, `default of idempotency_record.${name}`)
  const filled = EMPTIED.filter((name) => columns.get(name)?.empty === false)
  need(
    filled.length === 0,
    `room for small tombstones (${filled.join(', ')})`,
    `run ALTER TABLE idempotency_record ${filled.map((name) => `ALTER COLUMN ${name} DROP NOT NULL`).join(', ')}`,
  )
  need(found.key.join() === 'merchant_id,id', 'primary key idempotency_record (merchant_id, id)')
  for (const name of FUNCTIONS) need(found.functions.includes(name), `function ${name}`)
  for (const name of TRIGGERS) need(found.guards.includes(name), `trigger ${name}`)
  need(found.position, 'the row of resolver_position')
  return missing
}

const CATALOGUE = sql`
  SELECT json_build_object(
    'version', current_setting('server_version_num')::int,
    'readOnly', current_setting('transaction_read_only') = 'on',
    'columns', coalesce((SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'filled', a.atthasdef, 'empty', NOT a.attnotnull))
      FROM pg_attribute a WHERE a.attrelid = to_regclass('idempotency_record') AND a.attnum > 0 AND NOT a.attisdropped), '[]'),
    'key', coalesce((SELECT json_agg(a.attname ORDER BY array_position(c.conkey, a.attnum))
      FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
      WHERE c.conrelid = to_regclass('idempotency_record') AND c.contype = 'p'), '[]'),
    'functions', coalesce((SELECT json_agg(name) FROM unnest(ARRAY['expect_rows(text,bigint,bigint)', 'mark_overdue_records(integer)']) AS name
      WHERE to_regprocedure(name) IS NOT NULL), '[]'),
    'guards', coalesce((SELECT json_agg(t.tgname) FROM pg_trigger t
      WHERE t.tgrelid = to_regclass('idempotency_record') AND t.tgenabled <> 'D'), '[]'),
    'position', to_regclass('resolver_position') IS NOT NULL) AS catalogue`
