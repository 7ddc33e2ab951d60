import type { ChildProcess } from 'node:child_process'
import { reasonOf } from '../process/console'
import { forkTypeScript } from '../process/fork-typescript'
import { inRoot } from '../process/project-root'
import type { KeeperMessage, KeeperSettings } from './keeper-process'

/** A running PostgreSQL of ours. */
export interface Database {
  url: string
  port: number
  /** PostgreSQL's own pid; it changes when PostgreSQL is restarted. */
  pid(): number
  /** Resolves when the keeper process has ended, by itself or through `stop`. */
  ended: Promise<void>
  stop(): Promise<void>
}

export interface DatabaseOptions {
  dataDir: string
  database?: string
  port?: number | null
  settings?: Record<string, string>
  /** See `KeeperSettings`; 0 without it. */
  outliveMs?: number
  /** Called with lines for the person who watches the start. */
  note?: (text: string) => void
  /** Called after PostgreSQL was restarted and has another pid. */
  restarted?: () => void
}

/**
 * Starts the PostgreSQL that npm installed, under a keeper process in a group of its own: Ctrl-C in a terminal reaches us and not
 * the database, which must outlive the running payments. If we are killed, the keeper notices and stops it, after `outliveMs`.
 * @throws Error when the database does not start
 */
export function startDatabase(options: DatabaseOptions): Promise<Database> {
  const settings: KeeperSettings = {
    dataDir: options.dataDir,
    database: options.database ?? 'payonce',
    port: options.port ?? null,
    settings: options.settings ?? {},
    outliveMs: options.outliveMs ?? 0,
  }
  const keeper = forkTypeScript(inRoot('src/setup/postgres/keeper-process.ts'), [JSON.stringify(settings)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = new Promise<void>((resolve) => keeper.once('exit', () => resolve()))
  let pid = 0
  return new Promise((resolve, reject) => {
    keeper.once('exit', (code, signal) =>
      reject(new Error(`The process that keeps the database ended (${signal ?? code}).`)),
    )
    keeper.once('error', reject)
    keeper.on('message', (message) => receive(message as KeeperMessage))

    function receive(message: KeeperMessage): void {
      if (message.type === 'note') options.note?.(message.text)
      if (message.type === 'failed') reject(new Error(message.reason))
      if (message.type === 'ready') ready(message)
    }

    function ready(message: KeeperMessage & { type: 'ready' }): void {
      const first = pid === 0
      pid = message.pid
      if (!first) options.restarted?.()
      resolve({
        url: message.url,
        port: message.port,
        pid: () => pid,
        ended,
        stop: () => stopKeeper(keeper, ended),
      })
    }
  })
}

async function stopKeeper(keeper: ChildProcess, ended: Promise<void>): Promise<void> {
  try {
    if (keeper.connected) keeper.send('stop')
  } catch (error) {
    // It disconnected at this very moment, which stops it as well.
    if (keeper.connected) throw new Error(reasonOf(error))
  }
  await ended
}
