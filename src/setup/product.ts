import type { ChildProcess } from 'node:child_process'
import { childEnv } from '@/platform/env'
import { forkTypeScript, typescriptArgs } from './process/fork-typescript'
import { keepRunning } from './process/keep-running'
import { processId } from './process/process-id'
import { inRoot } from './process/project-root'

/** The two processes that are the product: web answers, worker finishes what was left undone. */
export interface ProductProcesses {
  pids(): { web: number; worker: number }
  /** The same, as marks that stay true when a pid is used again. */
  marks(): string[]
  ready: Promise<void>
  failed: Promise<never>
  stop(hurry: AbortSignal): Promise<void>
}

export interface ProductSettings {
  dev: boolean
  port: number
  baseUrl: string
  databaseUrl: string
  secret: string
  dataDir: string
  mode: string
}

/** `changed` is called when one of them was started again and has another pid. */
export function startProduct(settings: ProductSettings, changed: () => void): ProductProcesses {
  const web = keepRunning('web', () => fork('web', settings), changed)
  const worker = keepRunning('worker', () => fork('worker', settings), changed)
  const both = [web, worker]
  return {
    pids: () => ({ web: web.pid(), worker: worker.pid() }),
    marks: () => both.map((one) => processId(one.pid())).filter((mark) => mark !== null),
    ready: Promise.all(both.map((one) => one.ready)).then(() => undefined),
    failed: Promise.race(both.map((one) => one.failed)),
    stop: async (hurry) => void (await Promise.all(both.map((one) => one.stop(hurry)))),
  }
}

/** In a group of their own: Ctrl-C in a terminal goes to the supervisor alone, which then lets them finish before the database stops. */
function fork(name: 'web' | 'worker', settings: ProductSettings): ChildProcess {
  const { dev } = settings
  const source = name === 'web' ? 'main' : 'worker'
  const env = childEnv({
    NODE_ENV: dev ? 'development' : 'production',
    PORT: String(settings.port),
    DATABASE_URL: settings.databaseUrl,
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
