import { expect, test } from 'vitest'
import type { IntegrityData } from '../../_parts/api'
import { headline, stateOf } from './verdict'

const counted = {
  charges: 3,
  succeeded: 3,
  declined: 0,
  notCharged: 0,
  inDoubt: 0,
  transactions: 3,
  attempts: 9,
}
const holds = {
  id: 'one-charge-per-key',
  part: 'across' as const,
  says: 'The bank charged each of our keys at most once',
  offenders: [],
}
const broken = { ...holds, offenders: [{ kind: 'payment', id: 'pay_1', detail: '2 charges' }] }
const verdict = (findings: IntegrityData['findings'], charges = 3): IntegrityData => ({
  checkedAt: '2026-05-01T00:00:00.000Z',
  counted: { ...counted, charges },
  findings,
})

test.each<[string, IntegrityData, string, string]>([
  ['all hold, with charges', verdict([holds, holds]), 'holds', 'All 2 invariants hold'],
  [
    'all hold, without a charge',
    verdict([holds, holds], 0),
    'nothing',
    'Nothing to check yet: no charge so far',
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
