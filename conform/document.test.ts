import fs from 'node:fs'
import { expect, test } from 'vitest'
import { inRoot } from '@/setup/process/project-root'
import { CHECKS } from './checks'
import { PROFILES, type ProfileName } from './profiles'

/** docs/conformance.md says of every rule what the runner says of it: the same words, the same weight, the same source. */
test('the table of rules in the documentation is the one that is judged by', () => {
  const rows = fs
    .readFileSync(inRoot('docs/conformance.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| `[a-z]/.test(line))
  expect(rows).toEqual(
    CHECKS.map(
      ({ id, says, money }) =>
        `| \`${id}\` | ${says} | ${cell('ietf', id)} | ${cell('stripe', id)} | ${cell('payonce', id)} | ${money} |`,
    ),
  )
})

function cell(profile: ProfileName, id: (typeof CHECKS)[number]['id']): string {
  const [weight, source] = PROFILES[profile].asks[id] ?? []
  return weight ? `${weight}: ${source}` : '–'
}
