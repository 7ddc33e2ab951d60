import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'
import { typescriptArgs } from '@/setup/process/fork-typescript'
import { inRoot, root } from '@/setup/process/project-root'

/** The commands that people start by hand, each with an option that counts. */
const COMMANDS: [name: string, file: string, count: string][] = [
  ['npm run simulate', 'lab/simulation/simulate-run.ts', '--seconds'],
  ['npm run chaos', 'lab/chaos/run.ts', '--rounds'],
  ['npm run chaos:supervisor', 'lab/chaos/supervisor-run.ts', '--rounds'],
  ['npm run bench', 'bench/run.ts', '--payments'],
  ['npm run scale', 'bench/scale-out/run.ts', '--payments'],
]

function run(file: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...typescriptArgs, inRoot(file), ...args], { cwd: root }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })
}

test.each(COMMANDS)(
  '%s: --help prints the usage, and a wrong count starts nothing',
  async (name, file, count) => {
    const help = await run(file, '--help')
    expect([help.code, help.err]).toEqual([0, ''])
    // Its first words: nothing was done before the options were read.
    expect(help.out.startsWith(`Usage: ${name} -- [options]`)).toBe(true)
    expect(help.out).toContain(count)
    const noCount = await run(file, count, 'many')
    expect(noCount.code).toBe(2)
    expect(noCount.err).toContain(`${count} takes a whole number, not "many".\n\nUsage:`)
  },
  60_000,
)

// One command for all: they read their options with the same function (`readOptions`).
test('an option that does not exist is named, and starts nothing', async () => {
  const unknown = await run('lab/simulation/simulate-run.ts', '--no-such-option')
  expect([unknown.code, unknown.out]).toEqual([2, ''])
  expect(unknown.err).toContain("'--no-such-option'")
}, 60_000)
