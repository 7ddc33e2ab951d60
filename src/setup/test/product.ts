import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { childEnv, passOn } from '@/platform/env'
import { build } from '../build'
import { until } from '../process/console'
import { forkTypeScript } from '../process/fork-typescript'
import { hasEnded } from '../process/process-id'
import { inRoot } from '../process/project-root'

/** For the browser tests: the real product, started once for all of them. */
export default async function setup(): Promise<() => Promise<void>> {
  await build()
  const home = newHome()
  const dataDir = path.join(home, 'data')
  passOn({ PAYONCE_DATA_DIR: dataDir })
  const product = launch(dataDir, path.join(home, 'log'))
  await product.ready()
  return async () => {
    const { code } = await product.stop()
    if (code !== 0) throw new Error(`The product did not end well (${code}):\n${product.output()}`)
    fs.rmSync(home, { recursive: true, force: true })
  }
}

/** A folder for one product's data, with spaces in its name, because people have such folders. */
export function newHome(): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce e2e '))
  // For root, PostgreSQL runs as another user, who must get in.
  fs.chmodSync(home, 0o711)
  return home
}

export interface LaunchedProduct {
  process: ChildProcess
  /** All it has printed. */
  output(): string
  ready(): Promise<void>
  /** As Ctrl-C does. */
  stop(): Promise<{ code: number | null }>
}

/** `npm start` on data of its own, on a free port unless one is named. */
export function launch(dataDir: string, log: string, port = 0): LaunchedProduct {
  const output = fs.openSync(log, 'w')
  const env = childEnv({
    PORT: String(port),
    PAYONCE_DATA_DIR: dataDir,
    PAYONCE_MODE: 'sandbox',
    DATABASE_URL: undefined,
    PAYONCE_BASE_URL: undefined,
  })
  const supervisor = forkTypeScript(inRoot('src/setup/start.ts'), [], {
    env,
    stdio: ['ignore', output, output, 'ipc'],
  })
  const said = () => fs.readFileSync(log, 'utf8')
  return { process: supervisor, output: said, ready, stop }

  async function ready(): Promise<void> {
    // 120 s: a machine of two cores that does other things too.
    const answered = await until(() => hasEnded(supervisor) || /^ready /m.test(said()), 120_000, 100)
    if (!answered || hasEnded(supervisor)) throw new Error(`The product did not start:\n${said()}`)
  }

  async function stop(): Promise<{ code: number | null }> {
    supervisor.kill('SIGTERM')
    await until(() => hasEnded(supervisor), 45_000, 50)
    return { code: supervisor.exitCode }
  }
}
