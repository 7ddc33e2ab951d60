import type { ChildProcess } from 'node:child_process'
import { childEnv } from '@/platform/env'
import { forkTypeScript, typescriptArgs } from './process/fork-typescript'
import { keepRunning } from './process/keep-running'
import { processId } from './process/process-id'
import { inRoot } from './process/project-root'

/** The product's two processes: web answers requests, worker finishes what a crash or a silent bank left open. */
export interface ProductProcesses {
  pids(): { web: number; worker: number }
  /** The same two, named so that a reused pid is not mistaken for them (`process-id.ts`). */
  processIds(): string[]
  ready: Promise<void>
  failed: Promise<never>
  /** Lets both finish their running work; `hurry` kills them at once. */
  stop(hurry: AbortSignal): Promise<void>
}

export interface ProductSettings {
  dev: boolean
  port: number
  baseUrl: string
  databaseUrl: string
  bankDatabaseUrl: string | undefined
  secret: string
  dataDir: string
  mode: string
}

/** Starts web and worker and keeps them running. `changed` is called after a restart, when a pid is another one. */
export function startProduct(settings: ProductSettings, changed: () => void): ProductProcesses {
  const web = keepRunning('web', () => fork('web', settings), changed)
  const worker = keepRunning('worker', () => fork('worker', settings), changed)
  const both = [web, worker]
  return {
    pids: () => ({ web: web.pid(), worker: worker.pid() }),
    processIds: () => both.map((one) => processId(one.pid())).filter((id) => id !== null),
    ready: Promise.all(both.map((one) => one.ready)).then(() => undefined),
    failed: Promise.race(both.map((one) => one.failed)),
    stop: async (hurry) => void (await Promise.all(both.map((one) => one.stop(hurry)))),
  }
}

/** Forks into a process group of its own, so that Ctrl-C reaches the supervisor alone: it stops the children before the database. */
function fork(name: 'web' | 'worker', settings: ProductSettings): ChildProcess {
  const { dev } = settings
  const source = name === 'web' ? 'main' : 'worker'
  const env = childEnv({
    NODE_ENV: dev ? 'development' : 'production',
    PORT: String(settings.port),
    DATABASE_URL: settings.databaseUrl,
    PAYONCE_BANK_DATABASE_URL: settings.bankDatabaseUrl,
    PAYONCE_BASE_URL: settings.baseUrl,
    PAYONCE_SECRET: settings.secret,
    PAYONCE_DATA_DIR: settings.dataDir,
    PAYONCE_MODE: settings.mode,
    NEXT_TELEMETRY_DISABLED: '1',
  })
  return forkTypeScript(inRoot(dev ? `src/server/${source}.ts` : `dist/${source}.js`), [], {
    env,
    detached: true,
    execArgv: dev ? typescriptArgs : ['--enable-source-maps'],
  })
}
