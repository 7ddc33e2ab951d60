import pg from 'pg'
import { pause, reasonOf } from '../process/console'
import { freePort, isFree } from '../process/port'
import { initialise } from './init'
import { postgresPlace } from './place'
import { postgresPrograms } from './programs'
import {
  endOrphan,
  nameKeeper,
  type PostgresServer,
  startServer,
  stopServer,
  stopServerAfterClients,
  takeOverServer,
} from './server'
import { postgresUser } from './user'

/**
 * The keeper: a process that starts PostgreSQL, restarts it when it dies, and stops it on the message `stop` or when its parent
 * has ended, for whatever reason (the IPC channel disconnects).
 */
export interface KeeperSettings {
  dataDir: string
  database: string
  /** The port of the last start, so that URLs handed out stay valid; a free one where it is null or taken. */
  port: number | null
  settings: Record<string, string>
  /**
   * For how many ms PostgreSQL outlives a parent that was killed. Within them the next keeper takes it over, with those who are connected; 0: it is
   * stopped at once, and a PostgreSQL of a killed keeper is ended rather than taken over.
   */
  outliveMs: number
}

export type KeeperMessage =
  | { type: 'note'; text: string }
  | { type: 'ready'; url: string; pid: number; port: number }
  | { type: 'failed'; reason: string }

const send = (message: KeeperMessage): void => {
  if (process.connected) process.send?.(message)
}

const settings = JSON.parse(process.argv[2] ?? '{}') as KeeperSettings
let stopping = false
/** Then PostgreSQL is not restarted: the next keeper may be about to start its own. */
let parentGone = false
let server: PostgresServer | null = null
// Registered first: the parent may end while PostgreSQL is still starting.
// A parent that was killed has stopped nobody: web and worker notice it at this moment too, and still have work to finish.
process.on('disconnect', () => {
  parentGone = true
  setTimeout(() => void stop(stopServerAfterClients), settings.outliveMs)
})
process.on('message', (message) => {
  if (message === 'stop') void stop()
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())
// The parent may have ended even before, and then there is no event.
if (!process.connected) stopping = true

await keep(settings).catch((error: unknown) => {
  send({ type: 'failed', reason: reasonOf(error) })
  process.exitCode = 1
  process.disconnect?.()
})

async function keep(options: KeeperSettings): Promise<void> {
  const user = postgresUser()
  const place = postgresPlace(options.dataDir, user)
  const programs = postgresPrograms(place, user)
  for (const note of [place.note, programs.note]) if (note) send({ type: 'note', text: note })
  const password = initialise(place, programs, user, { lasting: options.settings.fsync !== 'off' })
  let found = options.outliveMs > 0 ? await takeOverServer(place, programs, options.settings) : null
  // Before the port is chosen: an orphan may still listen on the port that we want to keep.
  if (!found) await endOrphan(place)
  nameKeeper(place)
  const port = found?.port ?? (options.port && (await isFree(options.port)) ? options.port : await freePort())
  const url = (database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`

  for (let deaths = 0; !stopping && !parentGone; deaths += 1) {
    server =
      found?.server ??
      (await startServer(place, programs, user, port, options.settings).catch((error: unknown) =>
        survive(error, deaths),
      ))
    found = null
    if (server) await serve(server)
    // From 0.2 s to 5 s: restarting a database that cannot stay up must not use all of the processor.
    if (!stopping && !parentGone) await pause(Math.min(5_000, 200 * 2 ** Math.min(deaths, 5)))
  }

  async function serve(running: PostgresServer): Promise<void> {
    if (stopping) return stopServer(running)
    await createDatabase(url('postgres'), options.database)
    send({ type: 'ready', url: url(options.database), pid: running.pid, port })
    await running.ended
    if (!stopping) send({ type: 'note', text: 'PostgreSQL stopped unexpectedly; restarting it' })
  }
}

/** The first start must succeed or report why. Later ones are retried: callers that need the database wait for it. */
function survive(error: unknown, deaths: number): null {
  if (deaths === 0) throw error
  send({ type: 'note', text: reasonOf(error) })
  return null
}

async function createDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}

async function stop(end = stopServer): Promise<void> {
  if (stopping) return
  stopping = true
  if (server) await end(server)
  if (process.connected) process.disconnect?.()
  // Without PostgreSQL nothing keeps this process alive but a start under way, which checks `stopping`.
}
