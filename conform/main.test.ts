import { execFile } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Report } from './conform'
import { openExemplary } from './testing/exemplary'
import { openCheckThenAct } from './testing/naive'

const root = path.resolve(import.meta.dirname, '..')

const BODY = '{"amount":2400,"reference":"{{uuid}}"}'

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', path.join(root, 'conform/main.ts'), ...args],
      { cwd: root },
      (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err })
      },
    )
  })
}

test('0 when every MUST passes, 1 when one fails, 2 when it could not be tried', async () => {
  const [shop, naive] = await Promise.all([openExemplary('payonce'), openCheckThenAct()])
  const asFirst = ['--header', 'Authorization: Bearer sk_test_first', '--body', BODY]
  const good = await run(shop.url, ...asFirst, '--profile', 'payonce', '--json')
  const bad = await run(naive.url, ...asFirst)
  const wrong = await run('https://api.example/', ...asFirst)
  await Promise.all([shop.close(), naive.close()])
  expect([good.code, bad.code, wrong.code]).toEqual([0, 1, 2])
  expect(JSON.parse(good.out) as Report).toMatchObject({
    profile: 'payonce',
    must: { failed: 0, skipped: 3 },
  })
  expect(bad.out).toMatch(/✕ MUST {3}concurrent-effect /)
  expect(bad.out + bad.err + good.out).not.toContain('sk_test_first')
  expect(wrong.err).toMatch(/real money may move[\s\S]*--yes/)
}, 60_000)

test('--help prints the usage and checks nothing', async () => {
  const { code, out, err } = await run('--help')
  expect([code, err]).toEqual([0, ''])
  expect(out).toMatch(/^Usage: npx @payonce\/conform <url>[\s\S]*--yes/)
}, 60_000)

test('2 when no server answers', async () => {
  // Port 2 is never served, while the port of a server that was just closed may be another test's by now.
  const { code, err } = await run('http://127.0.0.1:2', '--body', BODY)
  expect([code, err]).toEqual([2, 'No answer: ECONNREFUSED\n'])
}, 60_000)
