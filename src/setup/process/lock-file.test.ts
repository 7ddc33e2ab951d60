import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { alone, readLock, releaseLock, takeLock } from './lock-file'
import { processId } from './process-id'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce lock '))
afterAll(() => fs.rmSync(folder, { recursive: true }))

test('the second taker learns who holds the lock', () => {
  const file = path.join(folder, 'held')
  expect(takeLock(file)).toEqual({ taken: true, abandonedBy: null })
  expect(takeLock(file)).toEqual({ taken: false, by: { processId: processId(process.pid) } })
  releaseLock(file)
  expect(takeLock(file).taken).toBe(true)
})

test('a lock whose holder is gone is taken over, even when its pid is in use again', () => {
  const file = path.join(folder, 'abandoned')
  const facts = { url: 'http://localhost:3000', children: [] }
  fs.writeFileSync(file, JSON.stringify({ mark: `${process.pid}@1`, ...facts }))
  expect(takeLock(file)).toEqual({
    taken: true,
    abandonedBy: { processId: `${process.pid}@1`, ...facts },
  })
  expect(readLock(file)?.processId).toBe(processId(process.pid))
})

test('in the file the process id is called mark: each version finds the lock of the other', () => {
  const file = path.join(folder, 'earlier')
  const running = processId(process.pid)
  fs.writeFileSync(file, JSON.stringify({ mark: running, url: 'http://localhost:3000' }))
  expect(takeLock(file)).toEqual({ taken: false, by: { processId: running, url: 'http://localhost:3000' } })
  const own = path.join(folder, 'own')
  takeLock(own)
  expect(JSON.parse(fs.readFileSync(own, 'utf8'))).toEqual({ mark: running })
})

test('a lock file that is no lock, as a full disk leaves it, is taken over', () => {
  const file = path.join(folder, 'empty')
  fs.writeFileSync(file, '')
  expect(takeLock(file)).toEqual({ taken: true, abandonedBy: null })
})

test('work under one lock never runs side by side, and a failure frees it', async () => {
  const file = path.join(folder, 'alone')
  let inside = 0
  const work = async () => {
    inside += 1
    expect(inside).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    inside -= 1
    throw new Error('broken')
  }
  const results = await Promise.allSettled([1, 2, 3].map(() => alone(file, () => undefined, work)))
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(fs.existsSync(file)).toBe(false)
})
