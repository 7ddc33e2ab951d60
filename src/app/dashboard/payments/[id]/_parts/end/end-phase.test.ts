import { PROBLEMS, type ProblemKind, showProblem } from '@payonce/idempotency/problems'
import { expect, test } from 'vitest'
import { phaseAfterFailure, phaseByPayment } from './end-phase'

const problem = (kind: ProblemKind, facts = {}) => showProblem({ kind, detail: `about ${kind}`, facts })

test('no answer: the same request can be sent again, and offline is named', () => {
  expect(phaseAfterFailure('capture', null, true)).toEqual({ at: 'open', detail: null, offline: false })
  expect(phaseAfterFailure('capture', null, false)).toMatchObject({ at: 'open', offline: true })
})

test('no problem after which the request may still take effect is shown as refused', () => {
  const open = (Object.keys(PROBLEMS) as ProblemKind[]).filter((kind) => PROBLEMS[kind].retry === 'same-key')
  for (const kind of open) expect(phaseAfterFailure('void', problem(kind), true).at).toBe('open')
  expect(phaseAfterFailure('void', problem('outcome-unknown'), true)).toEqual({ at: 'checking' })
})

test('refused in the server’s words; what somebody else has done before is named', () => {
  const title = (paymentStatus: string) =>
    phaseAfterFailure('capture', problem('not-capturable', { paymentStatus }), true)
  expect(title('succeeded')).toMatchObject({ title: 'Already captured', detail: 'about not-capturable' })
  expect(title('voided')).toMatchObject({ title: 'Already voided' })
  expect(title('authorised')).toMatchObject({ title: 'Nothing was captured' })
  expect(phaseAfterFailure('void', problem('forbidden'), true)).toMatchObject({ title: 'Nothing was voided' })
})

test('a request in doubt ends as its payment says, in the other way too', () => {
  const after = (verb: 'capture' | 'void', status: 'authorised' | 'succeeded' | 'voided') =>
    phaseByPayment({ at: 'checking' }, verb, { status }).at
  expect(after('capture', 'authorised')).toBe('checking')
  expect([after('capture', 'succeeded'), after('void', 'voided')]).toEqual(['done', 'done'])
  expect([after('capture', 'voided'), after('void', 'succeeded')]).toEqual(['refused', 'refused'])
})
