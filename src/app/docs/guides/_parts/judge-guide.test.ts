import { type ChildProcess, execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { freePort } from '@/setup/process/port'
import { parseGuide } from './parse-guide'

/** docs/guides/judge-your-api.md: its files are those of `conform/guide`, its commands are run, and its reports are what they print. */

const root = path.resolve(import.meta.dirname, '../../../../..')
const { blocks } = parseGuide(fs.readFileSync(path.join(root, 'docs/guides/judge-your-api.md'), 'utf8'))
const codes = blocks.filter((block) => block.kind === 'code')
const commands = codes.filter(({ language }) => language === 'sh').map(({ text }) => text)
const reports = codes.filter(({ language }) => language === 'text').map(({ text }) => text)

const running: ChildProcess[] = []
afterEach(() => {
  for (const server of running.splice(0)) server.kill()
})

test('each file that the guide shows is there, word for word', () => {
  const files = codes.filter(({ name }) => name !== null)
  expect(files.map(({ name }) => name)).toEqual([
    'conform/guide/naive-api.ts',
    'conform/guide/claiming-api.ts',
  ])
  for (const { name, text } of files)
    expect(`${text}\n`, name ?? '').toBe(fs.readFileSync(path.join(root, name ?? ''), 'utf8'))
})

test('the commands of the guide find that the first API charges twice, and that the second does not', async () => {
  const [startNaive = '', judge = '', startClaiming = ''] = commands
  const naive = await judged(startNaive, judge)
  expect(naive.code).toBe(1)
  for (const line of (reports[0] ?? '').split('\n')) expect(naive.out).toMatch(pattern(line))
  const claiming = await judged(startClaiming, judge)
  for (const line of (reports[1] ?? '').split('\n')) expect(claiming.out).toMatch(pattern(line))
}, 120_000)

/** Starts the API as the guide says, on a free port, and judges it. */
async function judged(start: string, judge: string): Promise<{ code: number; out: string }> {
  const port = String(await freePort())
  const [program = '', ...args] = start.replace('4242', port).split(' ')
  running.push(spawn(program === 'node' ? process.execPath : program, args, { cwd: root, stdio: 'inherit' }))
  await listening(Number(port))
  return new Promise((resolve) => {
    execFile('bash', ['-c', judge.replace('4242', port)], { cwd: root }, (error, out) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out }),
    )
  })
}

/** Until somebody listens there. 20 s: a busy machine takes some to start a process. */
async function listening(port: number): Promise<void> {
  for (const end = Date.now() + 20_000; ; await pause(50)) {
    const socket = net.connect(port, 'localhost')
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (open) return
    if (Date.now() > end) throw new Error(`Nobody listens on port ${port}.`)
  }
}

/** A line of a report. `…` stands for what differs each time. */
function pattern(line: string): RegExp {
  const parts = line.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 'm')
}
