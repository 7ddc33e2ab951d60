import { expect, test } from 'vitest'
import type { IntegrityData } from '../../_parts/api'
import { headline, stateOf } from './verdict'

const counted = {
  succeeded: 3,
  declined: 0,
  notCharged: 0,
  inDoubt: 0,
}
const holds = {
  id: 'one-charge-per-key',
  part: 'across' as const,
  says: 'The bank charged each of our keys at most once',
  offenders: [],
  doubt: null,
  wholeCheckedAt: '2026-05-01T00:00:00.000Z',
  wholeOnly: null,
}
const unknown = { ...holds, doubt: 'stopped' as const }
const broken = {
  ...holds,
  offenders: [
    {
      kind: 'payment',
      id: 'pay_1',
      detail: '2 charges',
      foundBy: 'whole' as const,
      foundAt: '2026-05-01T00:00:00.000Z',
    },
  ],
}
const verdict = (findings: IntegrityData['findings'], succeeded = 3): IntegrityData => ({
  now: '2026-05-01T00:00:00.000Z',
  upTo: '2026-05-01T00:00:00.000Z',
  rows: 30,
  wholeCheckedAt: '2026-05-01T00:00:00.000Z',
  asked: null,
  counted: { ...counted, succeeded },
  findings,
})

test.each<[string, IntegrityData, string, string]>([
  ['all hold, with payments', verdict([holds, holds]), 'holds', 'All 2 invariants hold'],
  [
    'all hold, without a payment',
    verdict([holds, holds], 0),
    'nothing',
    'Nothing to check yet: no payment so far',
  ],
  [
    'of one it is not known',
    verdict([holds, unknown]),
    'unknown',
    'Not known of 1 of 2 invariants: no worker is checking what is new',
  ],
  [
    'one is broken, and of one it is not known',
    verdict([broken, unknown]),
    'broken',
    '1 of 2 invariants is broken',
  ],
  [
    'of one it is not known, and nothing was paid',
    verdict([unknown], 0),
    'unknown',
    'Not known of 1 of 1 invariants: no worker is checking what is new',
  ],
  ['one is broken', verdict([holds, broken]), 'broken', '1 of 2 invariants is broken'],
  ['all are broken', verdict([broken, broken]), 'broken', '2 of 2 invariants are broken'],
  [
    'one is broken, and nothing was charged',
    verdict([holds, broken], 0),
    'broken',
    '1 of 2 invariants is broken',
  ],
])('%s', (_, given, state, title) => {
  expect([stateOf(given), headline(given)]).toEqual([state, title])
})
