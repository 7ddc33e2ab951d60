import { sqltag as sql } from '@prisma/client/runtime/client'
import { expect, it } from 'vitest'
import type { BeginOf } from '../core/store'
import { claimedPart, claimedSql, claimRows, partsOf, type SqlForm } from './sql'

const claim = claimRows('claim')

it('a begin writes from the rows of its claim, or from a part that does', () => {
  const taken = claimedPart(
    'taken',
    claimedSql`SELECT p.id FROM ${claim}, payment p WHERE p.id = ${1} FOR UPDATE`,
  )
  const statement = sql`WITH ${partsOf({ prior: [taken] })} begun AS (${claimedSql`INSERT INTO refund SELECT id FROM ${taken.rows}`})`
  expect(statement.sql.replace(/\s+/g, ' ')).toBe(
    'WITH taken AS (SELECT p.id FROM claim, payment p WHERE p.id = ? FOR UPDATE), begun AS (INSERT INTO refund SELECT id FROM taken)',
  )
  expect(statement.values).toEqual([1])
})

it('a begin that forgets the claim does not compile', () => {
  const begins: BeginOf<SqlForm>[] = [
    // @ts-expect-error it selects from no claim
    () => ({ name: 'payment', sql: claimedSql`INSERT INTO payment (id) VALUES (${1}) RETURNING id` }),
    // @ts-expect-error the tag of Prisma proves no claim, whatever it selects from
    (claim) => ({ name: 'payment', sql: sql`INSERT INTO payment SELECT 1 FROM ${claim}` }),
    // @ts-expect-error the name of a part is no proof that it was written under the claim
    () => ({ name: 'payment', sql: claimedSql`INSERT INTO payment SELECT 1 FROM ${'claim'}` }),
    (claim) => ({
      name: 'payment',
      // @ts-expect-error the parts before the last statement must be written under the claim, too
      prior: [claimedPart('opened', claimedSql`INSERT INTO account (id) VALUES (${1}) RETURNING id`)],
      sql: claimedSql`INSERT INTO payment SELECT 1 FROM ${claim}`,
    }),
    (claim) => ({ name: 'payment', sql: claimedSql`INSERT INTO payment SELECT ${1}, ${'x'} FROM ${claim}` }),
  ]
  expect(begins).toHaveLength(5)
})
