import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { newToken } from '@/access/token'

const SECRETS = [
  newToken('live'),
  '4242424242424242',
  'hunter2secret',
  'mia@shop.example',
  'c2Vzc2lvbi10b2tlbg',
  'postgres://app:pw@db.internal/payonce',
]
const RUDE = [
  'begin',
  `key ${SECRETS[0]} card ${SECRETS[1]} password=${SECRETS[2]} of ${SECRETS[3]}`,
  `Cookie: payonce.session_token=${SECRETS[4]}`,
  `at ${SECRETS[5]}`,
  '{"level":30,"time":"2026-01-01T00:00:00.000Z","msg":"FORGED"}',
  '\u001b[2J\u009b31m\u0085\u2028\u2029\u202e\u0007\r\nend',
].join('\n')

describe.each([
  ['ends by itself', '', 0],
  ['dies of an exception', 'throw', 1],
  ['dies of a rejection', 'reject', 1],
])('a process that %s', (_, end, code) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', path.join(import.meta.dirname, 'testing/print-everything.ts'), RUDE, end],
    { encoding: 'utf8', cwd: path.join(import.meta.dirname, '../..') },
  )
  const lines = stdout.split('\n').slice(0, -1)

  it('writes lines of JSON and nothing else, whoever logs', () => {
    expect(stderr).toBe('')
    expect(status).toBe(code)
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), name: 'payonce-test' })
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/)
    }
  })

  it('writes one line for each event, so that none can be forged', () => {
    const events = lines.map((line) => JSON.parse(line))
    expect(events.filter(({ msg }) => msg === 'FORGED')).toEqual([])
    expect(events).toHaveLength(19 + (code === 0 ? 0 : 1))
    // Not a line within a line.
    expect(events.filter(({ msg }) => msg.startsWith('second begin'))).toHaveLength(1)
    const heard = events.map(({ msg, err }) => `${msg} ${err?.message ?? ''}`).join('\n')
    for (const who of ['console.log', 'console.warn', 'stdout', 'stderr', 'better-auth', 'next', 'warning'])
      expect(heard).toContain(`${who} begin`)
    if (code === 1)
      expect(events.at(-1)).toMatchObject({
        level: 60,
        err: { message: expect.stringMatching(/^(uncaught|rejected) /) },
      })
  })

  it('writes none of the secrets', () => {
    expect(SECRETS.filter((secret) => stdout.includes(secret))).toEqual([])
  })
})
