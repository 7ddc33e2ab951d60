import { sqltag as sql } from '@prisma/client/runtime/client'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkRows, cursorOf, firstRow, rows } from './rows'

const shape = z.strictObject({ id: z.string(), amount: z.bigint(), paidAt: z.date().nullable() })
const ROW = { id: 'a', amount: 5n, paidAt: null }
const answering = (...found: object[]) => ({ $queryRaw: async <T>() => found as T })
const query = sql`SELECT 1`

afterEach(() => checkRows(false))

describe('when tests run', () => {
  test('rows of the declared shape come back as they were read', async () => {
    checkRows()
    expect(await rows(answering(ROW, ROW), shape, query)).toEqual([ROW, ROW])
    expect(await firstRow(answering(ROW), shape, query)).toBe(ROW)
    expect(await firstRow(answering(), shape, query)).toBeNull()
  })

  test.each<[string, object]>([
    ['a renamed alias', { id: 'a', total: 5n, paidAt: null }],
    ['a column that is missing', { id: 'a', amount: 5n }],
    ['a column that nobody reads', { ...ROW, status: 'paid' }],
    ['another type', { ...ROW, amount: 5 }],
    ['null where there is none', { ...ROW, id: null }],
  ])('%s is an error, in the second row too', async (_, wrong) => {
    checkRows()
    await expect(rows(answering(wrong), shape, query)).rejects.toThrow(z.ZodError)
    await expect(rows(answering(ROW, wrong), shape, query)).rejects.toThrow(z.ZodError)
  })
})

test('in production nothing is compared', async () => {
  let compared = 0
  const counting = shape.refine(() => ++compared > 0)
  expect(await rows(answering(ROW, { other: 1 }), counting, query)).toHaveLength(2)
  expect(compared).toBe(0)
})

test('a cursor is SQL of one column, without a value', () => {
  expect([cursorOf(sql`p.created_at`).sql, cursorOf(sql`p.created_at`).values]).toEqual([
    `to_char(p.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    [],
  ])
})
