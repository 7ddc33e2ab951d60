import { describe, expect, test } from 'vitest'
import {
  effectOf,
  effectsOf,
  isMarkedReplay,
  type ReceivedAnswer,
  sameAnswer,
  show,
  succeeded,
} from './answer'

const answer = (changes: Partial<ReceivedAnswer> = {}): ReceivedAnswer => ({
  kind: 'answer',
  status: 201,
  headers: {},
  body: '{"id":"pay_1"}',
  ...changes,
})
const none = { kind: 'none', reason: 'ECONNRESET' } as const

describe('the effect that an answer reports', () => {
  test.each<[string, Partial<ReceivedAnswer>, string]>([
    ['the id', {}, 'id pay_1'],
    ['a number', { body: '{"id":7}' }, 'id 7'],
    ['the id inside data', { body: '{"data":{"id":"x"}}' }, 'id x'],
    [
      'the Location, where there is no id',
      { body: '{"ok":true}', headers: { location: '/payments/1' } },
      'location /payments/1',
    ],
    ['the body, where there is nothing else', { body: 'done' }, 'body done'],
    ['an id that is none', { body: '{"id":null}' }, 'body {"id":null}'],
  ])('%s', (_, changes, effect) => {
    expect(effectOf(answer(changes))).toBe(effect)
  })

  test('only successes count, each effect once', () => {
    const seen = [
      answer(),
      answer({ body: '{"id":"pay_1","again":true}' }),
      answer({ body: '{"id":"pay_2"}' }),
      answer({ status: 409 }),
      none,
    ]
    expect(effectsOf(seen)).toEqual(['id pay_1', 'id pay_2'])
  })
})

test('success is 2xx', () => {
  expect([200, 299, 199, 300, 409].map((status) => succeeded(answer({ status })))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
  expect(succeeded(none)).toBe(false)
})

test('the same answer is the same status and bytes', () => {
  expect(sameAnswer(answer(), answer({ headers: { date: 'now' } }))).toBe(true)
  expect(sameAnswer(answer(), answer({ status: 200 }))).toBe(false)
  expect(sameAnswer(answer(), answer({ body: '{ "id":"pay_1"}' }))).toBe(false)
  expect(sameAnswer(none, none)).toBe(false)
})

test('only the value true marks a replay', () => {
  const marked = (value: string) => isMarkedReplay(answer({ headers: { 'idempotent-replayed': value } }))
  expect([
    marked('true'),
    marked('True'),
    marked('false'),
    isMarkedReplay(answer()),
    isMarkedReplay(none),
  ]).toEqual([true, true, false, false, false])
})

test('for people: one line, not too long', () => {
  expect(show(none)).toBe('no answer (ECONNRESET)')
  expect(show(answer({ body: '{\n  "id": 1\n}' }))).toBe('201 { "id": 1 }')
  expect(show(answer({ body: 'x'.repeat(5_000) })).length).toBeLessThan(120)
})
