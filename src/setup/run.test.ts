import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { childEnv } from '@/platform/env'
import { typescriptArgs } from './process/fork-typescript'
import { inRoot } from './process/project-root'

const run = promisify(execFile)

/** A command of `npm run`, in a process of its own as there. @returns its exit code and what it wrote */
async function command(args: string[], env: Record<string, string>) {
  const started = run(process.execPath, [...typescriptArgs, inRoot('src/setup/run.ts'), ...args], {
    env: childEnv(env),
  })
  return started.then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      said: error.stdout + error.stderr,
    }),
  )
}

const SAFE = 'postgresql://app:canary@db.invalid/payonce?sslmode=verify-full'
const UNSAFE = 'postgresql://owner:canary@db.invalid/payonce?sslmode=require'

test('50 each command that works with the database of live mode refuses a connection without verified TLS, before it connects', async () => {
  const commands = [
    ['migrate'],
    ['verify'],
    ['merchant', 'add', '--name', 'Shop'],
    ['operator', 'add', '--email', 'ann@example.com', '--role', 'admin'],
  ]
  const env = { PAYONCE_MODE: 'live', DATABASE_URL: SAFE, PAYONCE_OWNER_DATABASE_URL: UNSAFE }
  for (const { code, said } of await Promise.all(commands.map((args) => command(args, env)))) {
    expect(said).toContain('PAYONCE_OWNER_DATABASE_URL: add sslmode=verify-full')
    expect(said).not.toContain('canary')
    expect(code).toBe(1)
  }
}, 120_000)

test('live mode is never seeded, with payments or without', async () => {
  const env = { PAYONCE_MODE: 'live', DATABASE_URL: SAFE, PAYONCE_OWNER_DATABASE_URL: SAFE }
  const { code, said } = await command(['seed', '--payments', '5'], env)
  expect(said).toContain('Live data is not seeded')
  expect(code).toBe(1)
}, 120_000)
