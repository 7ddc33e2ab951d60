import { PROBLEMS, type ProblemKind, showProblem } from '@payonce/idempotency/problems'
import { expect, test } from 'vitest'
import { phaseAfterFailure, phaseByList, type RefundAttempt, refundAttemptStorage } from './refund-attempt'

const attempt: RefundAttempt = { key: 'k', amount: 700, reason: 'sent back', way: 'refund' }
const problem = (kind: ProblemKind, facts = {}) => showProblem({ kind, detail: `about ${kind}`, facts })

test('no answer: the same attempt can be sent again, and offline is named', () => {
  expect(phaseAfterFailure(attempt, null, true)).toEqual({ at: 'lost', attempt, offline: false })
  expect(phaseAfterFailure(attempt, null, false)).toEqual({ at: 'lost', attempt, offline: true })
})

test.each(['unavailable', 'internal', 'in-progress', 'rate-limited'] as const)(
  '%s: nothing is certain, so the key is kept',
  (kind) => {
    expect(phaseAfterFailure(attempt, problem(kind), true).at).toBe('lost')
  },
)

test('an unknown outcome is being checked, under the refund’s id', () => {
  const failure = problem('outcome-unknown', { refund: 'ref_1' })
  expect(phaseAfterFailure(attempt, failure, true)).toEqual({ at: 'checking', attempt, refundId: 'ref_1' })
})

test.each([
  'refund-declined',
  'not-refundable',
  'balance-too-low',
  'forbidden',
  'card-number',
  'validation',
  'step-up-required',
] as const)('%s: nothing was refunded, in the server’s words', (kind) => {
  expect(phaseAfterFailure(attempt, problem(kind), true)).toEqual({
    at: 'refused',
    attempt,
    detail: `about ${kind}`,
  })
})

test('no problem after which the first request may still succeed is shown as refused', () => {
  const open = (Object.keys(PROBLEMS) as ProblemKind[]).filter((kind) => PROBLEMS[kind].retry === 'same-key')
  for (const kind of open) expect(phaseAfterFailure(attempt, problem(kind), true).at).toBe('lost')
})

test('a refund in doubt ends as the payment’s list says', () => {
  const checking = { at: 'checking', attempt, refundId: 'ref_1' } as const
  const listed = (status: 'pending' | 'succeeded' | 'failed', id = 'ref_1') =>
    phaseByList(checking, [{ id, status }]).at
  expect(listed('pending')).toBe('checking')
  expect(listed('succeeded')).toBe('done')
  expect(listed('failed')).toBe('refused')
  expect(listed('succeeded', 'ref_2')).toBe('checking')
  expect(phaseByList({ at: 'editing' }, [{ id: 'ref_1', status: 'failed' }])).toEqual({ at: 'editing' })
})

const memory = () => {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name),
  }
}

test('an attempt outlives its page, until it has ended', () => {
  const storage = memory()
  refundAttemptStorage('operator:a', 'pay_1', () => storage).write(attempt)
  const reloaded = refundAttemptStorage('operator:a', 'pay_1', () => storage)
  expect(reloaded.read()).toEqual(attempt)
  reloaded.clear()
  expect([reloaded.read(), storage.kept.size]).toEqual([null, 0])
})

test('another operator, and another payment, never get it', () => {
  const storage = memory()
  refundAttemptStorage('operator:a', 'pay_1', () => storage).write(attempt)
  expect(refundAttemptStorage('operator:b', 'pay_1', () => storage).read()).toBeNull()
  expect(refundAttemptStorage('operator:a', 'pay_2', () => storage).read()).toBeNull()
})

test.each(['', 'null', '{', '{"key":"k"}', '{"key":1,"amount":1,"reason":"","way":"refund"}', '[]'])(
  'what cannot be read is none: %s',
  (text) => {
    const storage = memory()
    storage.setItem('payonce.refund:o:p', text)
    expect(refundAttemptStorage('o', 'p', () => storage).read()).toBeNull()
  },
)

test('blocked storage breaks nothing', () => {
  const blocked = refundAttemptStorage('o', 'p', () => {
    throw new Error('blocked')
  })
  blocked.write(attempt)
  blocked.clear()
  expect(blocked.read()).toBeNull()
})
