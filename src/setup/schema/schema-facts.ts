import type pg from 'pg'

/** Reads from PostgreSQL's catalogues what prisma/schema can express about a database, one line a fact. */
export async function schemaFacts(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query(FACTS)
  return rows.map((row) => row.fact).sort()
}

/** The facts that only one of the two lists holds. */
export function differences(migrations: string[], schema: string[]): string[] {
  const only = (these: string[], others: string[], where: string) =>
    these.filter((fact) => !others.includes(fact)).map((fact) => `only in ${where}: ${fact}`)
  return [
    ...only(migrations, schema, 'prisma/migrations'),
    ...only(schema, migrations, 'prisma/schema'),
  ].sort((a, b) => subject(a).localeCompare(subject(b)))
}

const subject = (line: string): string => line.slice(line.indexOf(': '))

/**
 * Left out are CHECKs, triggers, functions, partial indexes, indexes over expressions, settings of an index,
 * whether a list may be NULL, and the bank's own PostgreSQL schema: Prisma's language cannot express them, so
 * only the migrations do. Names count, since an error is recognised by the name of its constraint.
 */
const FACTS = `
  SELECT format('table %s', relname) AS fact
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations'
  UNION ALL
  SELECT format('column %s.%s: %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull AND a.attndims = 0 THEN ' not null' ELSE '' END, coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''))
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND c.relname <> '_prisma_migrations'
  UNION ALL
  SELECT format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f') AND conrelid::regclass::text <> '_prisma_migrations'
  UNION ALL
  SELECT format('index %s', regexp_replace(pg_get_indexdef(indexrelid), ' WITH [(].*?[)]', ''))
    FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
    WHERE relnamespace = 'public'::regnamespace AND indpred IS NULL AND indexprs IS NULL AND relname <> '_prisma_migrations'
  UNION ALL
  SELECT format('enum %s: %s', typname, (SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = pg_type.oid))
    FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'`
