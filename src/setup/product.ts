import type { ChildProcess } from 'node:child_process'
import { z } from 'zod'
import { childEnv } from '@/platform/env'
import { forkTypeScript, typescriptArgs } from './process/fork-typescript'
import { keepRunning } from './process/keep-running'
import { OUTLIVE_MS } from './process/outlive'
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

/**
 * Starts web and worker and keeps them running.
 * @param changed called after a restart, when a pid is another one
 * @param portTaken called when web could serve, and its port is not free yet
 */
export function startProduct(
  settings: ProductSettings,
  changed: () => void,
  portTaken: () => void,
): ProductProcesses {
  const web = keepRunning('web', () => withPortWatched(fork('web', settings), portTaken), changed)
  const worker = keepRunning('worker', () => fork('worker', settings), changed)
  const both = [web, worker]
  const failed = Promise.race(both.map((one) => one.failed))
  // Who waits for `ready` hears of a failed start there.
  failed.catch(() => undefined)
  return {
    pids: () => ({ web: web.pid(), worker: worker.pid() }),
    processIds: () => both.map((one) => processId(one.pid())).filter((id) => id !== null),
    ready: Promise.all(both.map((one) => one.ready)).then(() => undefined),
    failed,
    stop: async (hurry) => void (await Promise.all(both.map((one) => one.stop(hurry)))),
  }
}

function withPortWatched(web: ChildProcess, portTaken: () => void): ChildProcess {
  return web.on('message', (message) => portIsTaken.safeParse(message).success && portTaken())
}

const portIsTaken = z.object({ type: z.literal('port-taken') })

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
  return forkTypeScript(
    inRoot(dev ? `src/server/${source}.ts` : `dist/${source}.js`),
    [`--outlive-ms=${OUTLIVE_MS}`],
    {
      env,
      detached: true,
      execArgv: dev ? typescriptArgs : ['--enable-source-maps'],
    },
  )
}
