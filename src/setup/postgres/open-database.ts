import { print } from '../process/console'
import { OUTLIVE_MS } from '../process/outlive'
import { type Database, startDatabase } from './keeper'

/** The database of one `npm start`: our own PostgreSQL, or the one that DATABASE_URL names. */
export interface OpenDatabase {
  /** Of the superuser, where it is ours; else as it was named. */
  url: string
  /** False for a database that the environment names. */
  ours: boolean
  /** Null for a database that is not ours. */
  pid(): number | null
  onRestart(listener: () => void): void
  stop(): Promise<void>
}

export function namedDatabase(url: string): OpenDatabase {
  return { url, ours: false, pid: () => null, onRestart: () => undefined, stop: async () => undefined }
}

/** Our own PostgreSQL. Its keeper restarts it when it dies; a keeper that dies is replaced here, and `lost` is called where that fails. */
export async function embeddedDatabase(dataDir: string, lost: (error: Error) => void): Promise<OpenDatabase> {
  let stopping = false
  let restarted = (): void => undefined
  let current = await open(null)
  const { url } = current
  keep().catch(lost)
  return {
    url,
    ours: true,
    pid: () => current.pid(),
    onRestart: (listener) => {
      restarted = listener
    },
    stop: () => {
      stopping = true
      return current.stop()
    },
  }

  function open(port: number | null): Promise<Database> {
    return startDatabase({
      dataDir,
      port,
      outliveMs: OUTLIVE_MS,
      note: (text) => print(`  ${text}`),
      restarted: () => restarted(),
    })
  }

  async function keep(): Promise<void> {
    await current.ended
    if (stopping) return
    print('The process that keeps the database stopped unexpectedly; restarting it')
    current = await open(current.port)
    // Web and worker still use the URL that they were started with.
    if (current.url !== url)
      throw new Error('Another program has taken the port of the database. Start Payonce again.')
    restarted()
    return keep()
  }
}
