import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { CHECKS } from './checks'
import type { ProfileName } from './profile'
import { PROFILES } from './profiles'

/** docs/conformance.md lists every rule as the runner reports it: the same words, weight and source. */
test('the documentation lists exactly the rules that are checked', () => {
  const rows = fs
    .readFileSync(path.resolve(import.meta.dirname, '../docs/conformance.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| `[a-z]/.test(line))
  expect(rows).toEqual(
    CHECKS.map(
      ({ id, rule, money }) =>
        `| \`${id}\` | ${rule} | ${cell('ietf', id)} | ${cell('stripe', id)} | ${cell('payonce', id)} | ${money} |`,
    ),
  )
})

function cell(profile: ProfileName, id: (typeof CHECKS)[number]['id']): string {
  const [weight, source] = PROFILES[profile].asks[id] ?? []
  return weight ? `${weight}: ${source}` : '–'
}
