import type { ChildProcess } from 'node:child_process'
import { reasonOf } from '../process/console'
import { forkTypeScript } from '../process/fork-typescript'
import { inRoot } from '../process/project-root'
import type { KeeperMessage, KeeperSettings } from './keeper-process'

export interface Database {
  url: string
  port: number
  /** PostgreSQL's own pid; it changes when PostgreSQL was started again. */
  pid(): number
  /** Resolves when its process has ended, by itself or by `stop`. */
  ended: Promise<void>
  stop(): Promise<void>
}

export interface DatabaseOptions {
  dataDir: string
  database?: string
  port?: number | null
  settings?: Record<string, string>
  note?: (text: string) => void
  /** PostgreSQL was started again and has another pid. */
  restarted?: () => void
}

/**
 * PostgreSQL, brought by npm, kept by a process of its own in its own group: Ctrl-C in a terminal reaches us and not the
 * database, which must outlive the payments in hand. If we are killed the line breaks and the keeper stops it.
 */
export function startDatabase(options: DatabaseOptions): Promise<Database> {
  const order: KeeperSettings = {
    dataDir: options.dataDir,
    database: options.database ?? 'payonce',
    port: options.port ?? null,
    settings: options.settings ?? {},
  }
  const keeper = forkTypeScript(inRoot('src/setup/postgres/keeper-process.ts'), [JSON.stringify(order)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = new Promise<void>((resolve) => keeper.once('exit', () => resolve()))
  let pid = 0
  return new Promise((resolve, reject) => {
    keeper.once('exit', (code, signal) =>
      reject(new Error(`The database's process ended (${signal ?? code}).`)),
    )
    keeper.once('error', reject)
    keeper.on('message', (message) => receive(message as KeeperMessage))

    function receive(news: KeeperMessage): void {
      if (news.type === 'note') options.note?.(news.text)
      if (news.type === 'failed') reject(new Error(news.reason))
      if (news.type === 'ready') ready(news)
    }

    function ready(news: KeeperMessage & { type: 'ready' }): void {
      const first = pid === 0
      pid = news.pid
      if (!first) options.restarted?.()
      resolve({
        url: news.url,
        port: news.port,
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
    // The line broke in this moment: that stops it as well.
    if (keeper.connected) throw new Error(reasonOf(error))
  }
  await ended
}
