import type { LabOffer, RunData } from './types'
import { planSentence } from './words'

/** Where the text is saved, and how it is run. */
export const TEST_FILE = ['lab/page', 'copied.db.test.ts'].join('/')
export const TEST_COMMAND = `npm run build && npx vitest run --project db ${TEST_FILE}`

/** A run as a test of its own: it fails when the product no longer holds. */
export function testText({ plan, safe }: RunData, offer: LabOffer): string {
  const verdict = safe.verdict?.kind === 'parked' ? 'parked' : 'held'
  const { who, accident, retry, seed } = plan
  return `import { expect, test } from 'vitest'
import { playOnce } from './play-once'

// Save as ${TEST_FILE}, then: ${TEST_COMMAND}
test(${JSON.stringify(planSentence(plan, offer))}, async () => {
  const { safe, failed } = await playOnce({
    who: '${who}',
    accident: '${accident}',
    retry: '${retry}',
    seed: ${seed},
    naive: false,
  })
  expect(failed).toBeNull()
  expect(safe.verdict).toMatchObject({ kind: '${verdict}' })
  expect(safe.counts).toMatchObject({ charges: ${safe.counts?.charges ?? 1}, differenceMinor: ${verdict === 'parked' ? (safe.counts?.differenceMinor ?? 0) : 0} })
}, 180_000)
`
}
