import { expect, test } from 'vitest'
import { differences } from './schema-facts'

test('names every difference, the two sides of one beside each other', () => {
  const migrations = [
    'table payment',
    'column payment.amount: bigint not null',
    'index CREATE INDEX payment_newest',
  ]
  const schema = ['table payment', 'column payment.amount: integer not null']
  expect(differences(migrations, schema)).toEqual([
    'only in prisma/migrations: column payment.amount: bigint not null',
    'only in prisma/schema: column payment.amount: integer not null',
    'only in prisma/migrations: index CREATE INDEX payment_newest',
  ])
  expect(differences(migrations, migrations)).toEqual([])
})
