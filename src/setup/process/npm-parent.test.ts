import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { until } from './console'
import { typescriptArgs } from './fork-typescript'
import { hasEnded, processId, stillRuns } from './process-id'
import { inRoot } from './project-root'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce npm '))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const program = path.join(folder, 'program.ts')
fs.writeFileSync(
  program,
  `import { stopWithNpm } from ${JSON.stringify(inRoot('src/setup/process/npm-parent.ts'))}
   stopWithNpm(() => { console.log('stopped'); process.exit(0) })
   console.log('runs ' + process.pid)
   setTimeout(() => process.exit(3), 50_000)`,
)
const run = [process.execPath, ...typescriptArgs, program]
const start = run.map((word) => `"${word}"`).join(' ')
fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ scripts: { start } }))

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'a program stops when its npm ends by %s',
  async (signal) => {
    const npm = spawn('npm', ['start'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
    const { id, output } = await running(npm)
    npm.kill(signal)
    expect(await until(() => !stillRuns(id), 20_000)).toBe(true)
    expect(output()).toContain('stopped')
  },
  60_000,
)

it('a program that no npm runs goes on when its parent ends', async () => {
  const [node = '', ...args] = run
  const parent = spawn('sh', ['-c', '"$@" & wait', 'sh', node, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { id, output } = await running(parent)
  parent.kill('SIGKILL')
  await until(() => hasEnded(parent), 20_000)
  // Longer than the program looks for its npm.
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  expect([stillRuns(id), output().includes('stopped')]).toEqual([true, false])
  process.kill(Number.parseInt(id, 10), 'SIGKILL')
}, 60_000)

async function running(child: ChildProcess): Promise<{ id: string; output: () => string }> {
  let printed = ''
  child.stdout?.on('data', (chunk) => (printed += chunk))
  const pid = () => Number(/runs (\d+)/.exec(printed)?.[1])
  expect(await until(() => pid() > 0, 30_000)).toBe(true)
  return { id: processId(pid()) ?? expect.fail('it ended'), output: () => printed }
}
