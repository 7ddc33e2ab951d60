import type { ChildProcess } from 'node:child_process'
import { childEnv } from '@/platform/env'
import { type Kept, keepRunning } from './keep-running'
import { processMark } from './process-mark'
import { inRoot } from './root'
import { forkTypeScript, typescriptArgs } from './typescript-child'

/** The two processes that are the product: web answers, worker finishes what was left undone. */
export interface Product {
  pids(): { web: number; worker: number }
  marks(): string[]
  stop(hurry: AbortSignal): Promise<void>
  failed: Promise<never>
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

export async function startProduct(settings: ProductSettings, changed: () => void): Promise<Product> {
  const keep = (name: 'web' | 'worker') => keepRunning(name, () => fork(name, settings), changed)
  const started = await Promise.allSettled([keep('web'), keep('worker')])
  const running = started.filter((one) => one.status === 'fulfilled').map((one) => one.value)
  const stop = async (hurry: AbortSignal) => void (await Promise.all(running.map((one) => one.stop(hurry))))
  const [web, worker] = started
  if (web.status === 'rejected' || worker.status === 'rejected') {
    await stop(AbortSignal.abort())
    throw web.status === 'rejected' ? web.reason : (worker as PromiseRejectedResult).reason
  }
  return { ...pidsOf(web.value, worker.value), stop, failed: Promise.race([web.value.failed, worker.value.failed]) }
}

function pidsOf(web: Kept, worker: Kept): Pick<Product, 'pids' | 'marks'> {
  return {
    pids: () => ({ web: web.pid(), worker: worker.pid() }),
    marks: () => [web.pid(), worker.pid()].map(processMark).filter((mark) => mark !== null),
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
