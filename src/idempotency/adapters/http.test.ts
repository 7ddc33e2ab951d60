import { describe, expect, test } from 'vitest'
import type { Answer } from '../core/record'
import type { EngineReply } from '../core/request'
import { PROBLEMS, type ProblemKind } from '../problems'
import { type AnswerLinks, EXPOSED_HEADERS, httpAnswer, httpProblem, waitPreferred } from './http'

const asked: AnswerLinks = { statusUrl: '/status', location: (body) => `/things/${JSON.parse(body).id}` }
const BODY = '{"id":7,"b":1,"a":1.50}'
const times = {
  firstExecutedAt: new Date('2026-03-01T12:00:00Z'),
  expiresAt: new Date('2026-03-31T12:00:00Z'),
}
const answered = (
  outcome: (EngineReply & { kind: 'answer' })['outcome'],
  answer: Answer = { status: 201, problem: null, body: BODY },
): EngineReply => ({
  kind: 'answer',
  outcome,
  answer,
  ...times,
})

describe('an answer over HTTP', () => {
  test('the first one has the stored text, its URL and when the key expires', () => {
    expect(httpAnswer(answered('executed'), asked)).toEqual({
      status: 201,
      body: BODY,
      headers: {
        'Content-Type': 'application/json',
        Location: '/things/7',
        'Idempotency-Key-Expires': '2026-03-31T12:00:00.000Z',
      },
    })
  })

  test.each(['replayed', 'joined'] as const)(
    'O2 %s: the same status, text and Location, and headers that show',
    (outcome) => {
      const first = httpAnswer(answered('executed'), asked)
      const replay = httpAnswer(answered(outcome), asked)
      expect(replay).toEqual({
        ...first,
        headers: {
          ...first.headers,
          'Idempotent-Replayed': 'true',
          'Idempotency-First-Executed': '2026-03-01T12:00:00.000Z',
        },
      })
    },
  )

  test('O2 the headers that were stored with it are sent the first time and again, and its own Location is the one', () => {
    const stored = { ETag: '"7"', 'Content-Language': 'ar', Location: '/its/own' }
    for (const outcome of ['executed', 'replayed'] as const)
      expect(
        httpAnswer(answered(outcome, { status: 201, problem: null, body: BODY, headers: stored }), asked)
          .headers,
      ).toMatchObject({ ...stored, 'Content-Type': 'application/json' })
  })

  test('a stored problem is replayed as it was stored', () => {
    const body = JSON.stringify({ type: '/problems/payment-declined', title: 'as it was written then' })
    const reply = httpAnswer(answered('replayed', { status: 402, problem: 'payment-declined', body }), asked)
    expect(reply).toMatchObject({
      status: 402,
      body,
      headers: { 'Content-Type': 'application/problem+json', 'Idempotent-Replayed': 'true' },
    })
    expect(reply.headers).not.toHaveProperty('Location')
  })

  test('a rejected request is not a replay', () => {
    const reply = httpAnswer(
      answered('rejected', { status: 409, problem: 'already-paid', body: '{}' }),
      asked,
    )
    expect(reply.headers).not.toHaveProperty('Idempotent-Replayed')
  })

  test.each(Object.keys(PROBLEMS) as ProblemKind[])(
    'the problem %s has its status, its page and both answers to "what now?"',
    (kind) => {
      const { status, headers, body } = httpProblem({
        kind,
        detail: 'words',
        retryAfterSeconds: 3,
        facts: { differs: ['/a'] },
      })
      const { retry, safeNewKey, title } = PROBLEMS[kind]
      expect(status).toBe(PROBLEMS[kind].status)
      expect(JSON.parse(body)).toEqual({
        ...{
          type: `/problems/${kind}`,
          kind,
          title,
          detail: 'words',
          status,
          retry,
          safeNewKey,
          retryAfterSeconds: 3,
        },
        differs: ['/a'],
      })
      expect(headers).toMatchObject({ 'Content-Type': 'application/problem+json', 'Retry-After': '3' })
      expect(headers.Link).toMatch(/^<\/(problems\/[a-z-]+|docs#idempotency-key)>; rel="describedby"/)
    },
  )

  test.each(['key-missing', 'key-invalid'] as const)('%s links to how keys work', (kind) => {
    expect(httpProblem({ kind, detail: '' }).headers.Link).toContain('</docs#idempotency-key>')
  })

  test.each(['in-progress', 'outcome-unknown'] as const)('%s has the URL of its status', (kind) => {
    const reply = httpAnswer(
      { kind: 'problem', problem: { kind, detail: '', facts: { payment: 'pay_1' } } },
      asked,
    )
    expect(JSON.parse(reply.body)).toMatchObject({ statusUrl: '/status', payment: 'pay_1' })
  })

  test('F50 every header that an answer may have can be read by a browser', () => {
    const all = [
      httpAnswer(answered('replayed'), asked),
      httpProblem({ kind: 'unavailable', detail: '', retryAfterSeconds: 1 }),
    ]
    for (const { headers } of all)
      for (const name of Object.keys(headers))
        expect(name === 'Content-Type' || EXPOSED_HEADERS.includes(name), name).toBe(true)
  })
})

describe('O1 Prefer: wait=N', () => {
  test.each<[string | null | undefined, number | null]>([
    ['wait=10', 10],
    ['respond-async, wait=5', 5],
    ['wait = 5', 5],
    ['WAIT=5', 5],
    ['wait="7"', 7],
    ['wait=5;x=1', 5],
    ['wait=31', 30],
    ['wait=999999999', 30],
    ['wait=0', 0],
    ['wait=2, wait=9', 2],
    ['wait=-1', null],
    ['wait=1.5', null],
    ['wait=soon', null],
    ['wait', null],
    ['awaits=5', null],
    ['', null],
    [null, null],
    [undefined, null],
  ])('%s → %s', (prefer, seconds) => {
    expect(waitPreferred(prefer)).toBe(seconds)
  })
})
