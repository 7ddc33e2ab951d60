import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { childEnv, passOn } from '@/platform/env'
import { build } from './build'
import { hasEnded } from './process-mark'
import { until } from './progress'
import { inRoot } from './root'
import { forkTypeScript } from './typescript-child'

/** The real product for the browser tests: `npm start` on data of its own, in a folder with a space, on a free port. */
export default async function setup(): Promise<() => Promise<void>> {
  await build()
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce e2e '))
  // For root, PostgreSQL runs as another user, who must get in.
  fs.chmodSync(home, 0o711)
  const log = path.join(home, 'log')
  const output = fs.openSync(log, 'w')
  passOn({ PAYONCE_DATA_DIR: path.join(home, 'data') })
  const env = childEnv({ PORT: '0', DATABASE_URL: undefined, PAYONCE_BASE_URL: undefined, PAYONCE_MODE: 'sandbox' })
  const supervisor = forkTypeScript(inRoot('src/setup/start.ts'), [], { env, stdio: ['ignore', output, output, 'ipc'] })
  const said = () => fs.readFileSync(log, 'utf8')
  const ready = await until(() => hasEnded(supervisor) || /^ready /m.test(said()), 120_000, 100)
  if (!ready || hasEnded(supervisor)) throw new Error(`The product did not start:\n${said()}`)
  return async () => {
    supervisor.kill('SIGTERM')
    await until(() => hasEnded(supervisor), 45_000, 50)
    if (supervisor.exitCode !== 0) throw new Error(`The product did not end well (${supervisor.signalCode ?? supervisor.exitCode}):\n${said()}`)
    fs.rmSync(home, { recursive: true, force: true })
  }
}
