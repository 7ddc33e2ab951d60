import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { newToken, readToken } from '@/access/token'
import { KINDS } from '@/alerts/kinds'
import { readEnv } from '@/platform/env'
import { SECURITY_EVENTS } from '@/platform/security-event'
import { root } from './process/project-root'

/** docs/operations.md says what the code does. */

const page = fs.readFileSync(path.join(root, 'docs/operations.md'), 'utf8')
const section = (heading: string) => page.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''
const cells = (text: string) =>
  [...text.matchAll(/^\| (?!-)(.*) \|$/gm)].slice(1).map(([, row = '']) => row.split(' | '))

describe('the limits', () => {
  const rows = cells(section('Limits')).map(([name = '', value = '', where = '', then = '']) => ({
    name,
    value,
    where,
    then,
  }))
  const env = readEnv({ DATABASE_URL: 'postgres://localhost/x', PAYONCE_SECRET: 's'.repeat(40) })
  const numbers = Object.entries(env).filter(([name, value]) => typeof value === 'number' && name !== 'PORT')

  it.each(rows)('$name: $value', ({ value, where, then }) => {
    const [code = '', file] = [...where.matchAll(/`([^`]+)`/g)].map((found) => found[1])
    const documented = Number(value.split(' ')[0])
    expect(then.length).toBeGreaterThan(10)
    if (file === undefined) return expect(env[code as keyof typeof env]).toBe(documented)
    // As a word of its own: 3_000 is not in 3_0000.
    const source = fs.readFileSync(path.join(root, file), 'utf8')
    expect(
      source
        .split(code)
        .slice(1)
        .some((rest) => !/^[\w.]/.test(rest)),
      `${code} in ${file}`,
    ).toBe(true)
    expect(numberIn(code)).toBe(documented * (value.endsWith('KiB') ? 1024 : 1))
  })

  it('have a row for each variable that sets one', () => {
    const documented = rows.map(({ where }) => where.replaceAll('`', ''))
    expect(numbers.map(([name]) => name).filter((name) => !documented.includes(name))).toEqual([])
  })
})

it('the limits of the shopper’s side are parts of their variable', () => {
  const source = fs.readFileSync(path.join(root, 'src/server/admission/shopper-limits.ts'), 'utf8')
  const parts = [...source.matchAll(/^ {2}(\w+): 1(?: \/ (\d+))?,$/gm)].map(([, name, share = '1']) => [
    name,
    600 / Number(share),
  ])
  expect(parts.length).toBeGreaterThan(7)
  const rows = cells(section('The shopper')).map(([, number = '', where = '']) => [
    where.replaceAll('`', ''),
    Number.parseInt(number, 10),
  ])
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(parts))
})

it('the events of security are those of the log', () => {
  const rows = cells(section('Events')).map(([name = '', level]) => [name.replaceAll('`', ''), level])
  expect(Object.fromEntries(rows)).toEqual(SECURITY_EVENTS)
})

it('each kind of alert has a runbook, under its title, with all four parts', () => {
  const runbooks = section('Alerts').split(/^### /m).slice(1)
  const found = runbooks.map((text) => /^`([\w-]+)`: (.*)$/m.exec(text)?.slice(1))
  expect(found).toEqual(Object.entries(KINDS).map(([kind, { title }]) => [kind, title]))
  for (const text of runbooks)
    expect([...text.matchAll(/^- \*\*(\w+)\*\*: .{10,}/gm)].map(([, part]) => part)).toEqual([
      'Money',
      'Look',
      'Do',
      'Never',
    ])
})

it('the rule for a scanner finds our API keys, and the example is one', () => {
  const rule = new RegExp(/regex = '''(.*)'''/.exec(page)?.[1] ?? '$.')
  for (const mode of ['test', 'live'] as const)
    expect(rule.exec(`KEY=${newToken(mode)};`)?.[0]).toMatch(/^sk_/)
  expect('sk_test_short and payonce_sk_live_').not.toMatch(rule)
  expect(readToken(/`(sk_test_0{43}\w{6})`/.exec(page)?.[1] ?? '')).not.toBeNull()
})

/** The number at the end of a piece of code: `A = 64 * 1024`, `b: 3_000`, `c=10s`. */
function numberIn(code: string): number {
  const [, text = ''] = /[=:] ?([\d_* ]+)s?$/.exec(code) ?? []
  return text.split('*').reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1)
}
