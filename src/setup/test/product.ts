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

/** Global set-up of the browser tests: starts the real product once for all of them. */
export default async function setup(): Promise<() => Promise<void>> {
  await build()
  const home = newHome()
  const dataDir = path.join(home, 'data')
  passOn({ PAYONCE_DATA_DIR: dataDir })
  // The receivers of webhooks are on this machine too.
  const changes = { PAYONCE_WEBHOOK_LOOPBACK: 'true' }
  const product = launch(dataDir, path.join(home, 'log'), 0, { changes })
  await product.ready()
  return async () => {
    const { code } = await product.stop()
    if (code !== 0) throw new Error(`The product ended with exit code ${code}:\n${product.output()}`)
    fs.rmSync(home, { recursive: true, force: true })
  }
}

/** A temporary folder for the data of one product. Its name has spaces, as people's folders do. */
export function newHome(): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce e2e '))
  // Under root, PostgreSQL runs as another user, which must be able to enter.
  fs.chmodSync(home, 0o711)
  return home
}

/** A product that `launch` has started. */
export interface LaunchedProduct {
  process: ChildProcess
  /** All that it has printed so far. */
  output(): string
  ready(): Promise<void>
  /** Stops it as Ctrl-C does. */
  stop(): Promise<{ code: number | null }>
}

/**
 * Runs `npm start` on the given data folder, on a free port unless one is named. Its output goes to the file `log`.
 * @param flags of `npm start`
 * @param changes to its environment
 */
export function launch(
  dataDir: string,
  log: string,
  port = 0,
  { flags = [], changes = {} }: { flags?: string[]; changes?: Record<string, string> } = {},
): LaunchedProduct {
  const output = fs.openSync(log, 'w')
  const env = childEnv({
    PORT: String(port),
    PAYONCE_DATA_DIR: dataDir,
    PAYONCE_MODE: 'sandbox',
    // All browsers of the tests come from one address: ten times what a shop's has.
    PAYONCE_SHOPPER_RATE_PER_MINUTE: '6000',
    // What tests count is their own; sample.spec.ts starts with it.
    PAYONCE_SAMPLE_SHOP: 'false',
    DATABASE_URL: undefined,
    PAYONCE_BASE_URL: undefined,
    ...changes,
  })
  const supervisor = forkTypeScript(inRoot('src/setup/start.ts'), flags, {
    env,
    stdio: ['ignore', output, output, 'ipc'],
  })
  const printed = () => fs.readFileSync(log, 'utf8')
  return { process: supervisor, output: printed, ready, stop }

  async function ready(): Promise<void> {
    // 120 s: a busy machine with two cores.
    const settled = await until(() => hasEnded(supervisor) || /^ready /m.test(printed()), 120_000, 100)
    if (!settled || hasEnded(supervisor)) throw new Error(`The product did not start:\n${printed()}`)
  }

  async function stop(): Promise<{ code: number | null }> {
    supervisor.kill('SIGTERM')
    await until(() => hasEnded(supervisor), 45_000, 50)
    return { code: supervisor.exitCode }
  }
}
