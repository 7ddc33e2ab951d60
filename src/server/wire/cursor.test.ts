import { ProblemError } from '@payonce/idempotency/problems'
import { describe, expect, test } from 'vitest'
import { readLineCursor, readTimeCursor, writeCursor } from './cursor'

const UUID = '018f3c2a-9d4e-7c31-b2a4-5f60718293a4'
const AT = '2026-11-24T12:00:00.123456Z'
const encoded = (text: string) => Buffer.from(text).toString('base64url')

test('a cursor that we wrote is read again', () => {
  expect(readTimeCursor(writeCursor(AT, UUID))).toEqual({ at: AT, id: UUID })
  expect(readTimeCursor(writeCursor(AT, 'a-hash'), /^[a-z-]+$/)).toEqual({ at: AT, id: 'a-hash' })
  expect(readLineCursor(writeCursor(UUID, 12))).toEqual({ transactionId: UUID, position: 12 })
})

test('without one a list begins at its first row', () => {
  expect([readTimeCursor(undefined), readLineCursor(undefined)]).toEqual([null, null])
})

describe.each<[string, (cursor: string) => unknown]>([
  ['a time cursor', readTimeCursor],
  ['a line cursor', readLineCursor],
])('%s', (_, read) => {
  test.each([
    '',
    'x',
    encoded('|'),
    encoded(`${AT}|`),
    encoded(`${AT}|nonsense`),
    encoded(`2026-11-24T12:00:00.123Z|${UUID}`),
    encoded(`${UUID}|-1`),
    encoded(`${UUID}|12345`),
    encoded(`' OR true --|${UUID}`),
  ])('that we did not write is refused: %j', (cursor) => {
    expect(() => read(cursor)).toThrow(ProblemError)
    expect(() => read(cursor)).toThrow('This cursor is not valid')
  })
})
