import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { root } from '@/setup/process/project-root'
import { Laboratory } from './laboratory'
import type { LabPlan } from './run'

const PLAN: LabPlan = { who: 'one', accident: 'none', retry: 'same', seed: 1, naive: false }

/** A project with a lab of one file, which does what a test says. */
let project: string
let lab: Laboratory
const warn = vi.fn()
const write = (file: string, text = '') => {
  fs.mkdirSync(path.dirname(path.join(project, file)), { recursive: true })
  fs.writeFileSync(path.join(project, file), text)
}

beforeEach(() => {
  project = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-laboratory-'))
  lab = new Laboratory({ log: { warn }, root: project })
})
afterEach(() => {
  lab.close()
  fs.rmSync(project, { recursive: true, force: true })
})

function withLab(program: string): void {
  write('lab/page/main.ts', program)
  for (const file of ['dist/main.js', 'dist/worker.js']) write(file)
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(project, 'node_modules'))
}

test('says where it cannot run: without its sources, and without a build', () => {
  expect(lab.state()).toMatchObject({ place: 'no-sources', schedulesHere: false })
  write('lab/page/main.ts')
  expect(lab.state().place).toBe('no-build')
  withLab('')
  expect(lab.state()).toMatchObject({ place: 'here', schedulesHere: true })
})

test('its process gets no variable of the installation, whatever its name', async () => {
  vi.stubEnv('DATABASE_URL', 'postgresql://app@localhost/shop')
  vi.stubEnv('PAYONCE_SMTP_URL', 'smtp://mail.example.com')
  vi.stubEnv('SOME_SECRET', 'x')
  withLab(
    "process.on('message', () => process.send({ type: 'run', run: { phase: 'over', env: process.env } }))",
  )
  lab.begin(PLAN)
  await vi.waitFor(() => expect(lab.state().run).not.toBeNull(), 20_000)
  const { env } = lab.state().run as unknown as { env: Record<string, string> }
  vi.unstubAllEnvs()
  expect(Object.keys(env)).toContain('PATH')
  expect(Object.keys(env).filter((name) => /DATABASE|PAYONCE|SECRET|STRIPE|PORT/.test(name))).toEqual([])
}, 30_000)

test('one thing at a time', async () => {
  withLab("process.on('message', () => process.send({ type: 'run', run: { phase: 'over' } }))")
  lab.begin(PLAN)
  expect(() => lab.begin(PLAN)).toThrow('')
  expect(() => lab.beginSchedules(1)).toThrow('')
  await vi.waitFor(() => expect(lab.state().busy).toBeNull(), 20_000)
  lab.begin(PLAN)
}, 30_000)

test('a run whose process dies is over, and says so; the next one gets a new process', async () => {
  withLab(
    `process.on('message', () => process.send({ type: 'run', run: { phase: 'pressing' } }, () => process.exit(1)))`,
  )
  lab.begin(PLAN)
  await vi.waitFor(() => expect(lab.state().run).toMatchObject({ phase: 'over' }), 20_000)
  expect(lab.state()).toMatchObject({ busy: null, problem: expect.stringContaining('ended') })
  lab.begin(PLAN)
  expect(lab.state().busy).toBe('run')
}, 30_000)

test('a process that dies before it says anything leaves the lab free', async () => {
  withLab('process.exit(1)')
  lab.begin(PLAN)
  await vi.waitFor(() => expect(lab.state().busy).toBeNull(), 20_000)
  expect(lab.state().problem).toContain('ended')
}, 30_000)
