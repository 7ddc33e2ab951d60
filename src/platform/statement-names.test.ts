import { expect, test } from 'vitest'
import { statementNames } from './statement-names'

const statement = (number: number) =>
  `SELECT amount, currency FROM payment WHERE id = $1 AND ${number} = ${number}`

test('a statement gets its name when it has come three times, and keeps it', () => {
  const name = statementNames()
  expect([name({ sql: statement(1) }), name({ sql: statement(1) })]).toEqual(['', ''])
  const given = name({ sql: statement(1) })
  expect(given).toMatch(/^[\w-]{43}$/)
  expect(name({ sql: statement(1) })).toBe(given)
})

test('two statements never share a name', () => {
  const name = statementNames()
  const names = Array.from({ length: 100 }, (_, number) =>
    [1, 2, 3].map(() => name({ sql: statement(number) })).at(-1),
  )
  expect(new Set(names)).toHaveLength(100)
})

test('transaction control and batches stay unnamed, and the number of names is bounded', () => {
  const name = statementNames()
  for (const sql of ['BEGIN', 'COMMIT', `${statement(1)}${' '.repeat(9_000)}`])
    expect([1, 2, 3, 4].map(() => name({ sql })).at(-1)).toBe('')
  const given = Array.from({ length: 2_000 }, (_, number) =>
    [1, 2, 3].map(() => name({ sql: statement(number) })).at(-1),
  ).filter(Boolean)
  expect(given).toHaveLength(500)
})
