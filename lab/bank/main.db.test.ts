import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { httpGateway } from '@/payments/simulator/client'
import { childEnv } from '@/platform/env'
import { forkTypeScript } from '@/setup/process/fork-typescript'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { readJournal } from './journal'

let database: TestDatabase
let folder: string
let journal: string
const children: ChildProcess[] = []

beforeAll(async () => {
  database = await testDatabase()
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-bank-'))
  journal = path.join(folder, 'bank.jsonl')
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await database.drop()
  fs.rmSync(folder, { recursive: true })
})

async function start(url = database.url): Promise<{ child: ChildProcess; address: string }> {
  const file = path.join(import.meta.dirname, 'main.ts')
  const child = forkTypeScript(file, ['--journal', journal], {
    env: childEnv({ DATABASE_URL: url }),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  children.push(child)
  const address = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { url: string }).url))
    child.once('exit', (code) => reject(new Error(`the bank ended with ${code}`)))
  })
  return { child, address }
}

const exited = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve))
const request = (key: string) =>
  ({
    key,
    amountMinor: 2_400n,
    currency: 'EUR',
    method: 'pm_card_visa',
    returnUrl: 'https://shop.example',
  }) as const

it('killed and started again it remembers every key, and its journal has each charge once', async () => {
  const key = uuidv7()
  const first = await start()
  const before = await httpGateway({ url: first.address, timeoutMs: 10_000 }).charge(request(key))
  expect(before.kind).toBe('approved')
  const gone = exited(first.child)
  first.child.kill('SIGKILL')
  await gone
  const second = await start()
  const gateway = httpGateway({ url: second.address, timeoutMs: 10_000 })
  expect([await gateway.find(key), await gateway.charge(request(key))]).toEqual([before, before])
  expect(readJournal(fs.readFileSync(journal, 'utf8')).filter((line) => line.key === key)).toHaveLength(1)
})

it('asked to stop, it ends with code 0, even while it leaves a request unanswered', async () => {
  const { child, address } = await start()
  const asked = httpGateway({ url: address, timeoutMs: 10_000 }).charge({
    ...request(uuidv7()),
    method: 'pm_card_timeout_before_charge',
  })
  await new Promise((resolve) => setTimeout(resolve, 200))
  const gone = exited(child)
  child.kill('SIGTERM')
  expect(await gone).toBe(0)
  expect((await asked).kind).toBe('unknown')
})

it('without a database it ends at once and names what it needs', async () => {
  await expect(start('')).rejects.toThrow('the bank ended with 1')
})
