import { print } from '../process/console'
import { type Database, startDatabase } from './keeper'

/** The database of one `npm start`: ours, or one that was named. */
export interface OpenDatabase {
  url: string
  /** Null when it is somebody else's. */
  pid(): number | null
  onRestart(listener: () => void): void
  stop(): Promise<void>
}

export function namedDatabase(url: string): OpenDatabase {
  return { url, pid: () => null, onRestart: () => undefined, stop: async () => undefined }
}

/** PostgreSQL that dies is started again by its keeper; a keeper that dies is replaced here. `lost` is told when that cannot be. */
export async function embeddedDatabase(dataDir: string, lost: (error: Error) => void): Promise<OpenDatabase> {
  let stopping = false
  let restarted = (): void => undefined
  let current = await open(null)
  const { url } = current
  keep().catch(lost)
  return {
    url,
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
    return startDatabase({ dataDir, port, note: (text) => print(`  ${text}`), restarted: () => restarted() })
  }

  async function keep(): Promise<void> {
    await current.ended
    if (stopping) return
    print("The database's process ended by itself; it is started again")
    current = await open(current.port)
    // Web and worker hold the URL they were started with.
    if (current.url !== url)
      throw new Error('The port of the database was taken by another program. Start Payonce again.')
    restarted()
    return keep()
  }
}
