import pg from 'pg'
import { pause, reasonOf } from '../process/console'
import { freePort, isFree } from '../process/port'
import { initialise } from './init'
import { postgresPlace } from './place'
import { postgresPrograms } from './programs'
import { endOrphan, type PostgresServer, startServer, stopServer } from './server'
import { postgresUser } from './user'

/**
 * The process that keeps PostgreSQL: it starts it, starts it again when it dies, and stops it when told to, or when the
 * process that started this one is gone (the line breaks), however it went.
 */
export interface KeeperSettings {
  dataDir: string
  database: string
  /** The port it had before, so that a URL that others hold stays right; a free one when that is taken. */
  port: number | null
  settings: Record<string, string>
}

export type KeeperMessage =
  | { type: 'note'; text: string }
  | { type: 'ready'; url: string; pid: number; port: number }
  | { type: 'failed'; reason: string }

const send = (news: KeeperMessage): void => {
  if (process.connected) process.send?.(news)
}

let stopping = false
let server: PostgresServer | null = null
// Listened to from the first moment: the line may break while PostgreSQL is still starting.
process.on('disconnect', () => void stop())
process.on('message', (message) => {
  if (message === 'stop') void stop()
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())
// It may even have broken before this line was reached; nobody tells then.
if (!process.connected) stopping = true

await keep(JSON.parse(process.argv[2] ?? '{}') as KeeperSettings).catch((error: unknown) => {
  send({ type: 'failed', reason: reasonOf(error) })
  process.exitCode = 1
  process.disconnect?.()
})

async function keep(order: KeeperSettings): Promise<void> {
  const user = postgresUser()
  const place = postgresPlace(order.dataDir, user)
  const programs = postgresPrograms(place, user)
  for (const note of [place.note, programs.note]) if (note) send({ type: 'note', text: note })
  const password = initialise(place, programs, user, { lasting: order.settings.fsync !== 'off' })
  // Before the port is looked at: an orphan may sit on the very port that must stay ours.
  await endOrphan(place)
  const port = order.port && (await isFree(order.port)) ? order.port : await freePort()
  const url = (database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`

  for (let deaths = 0; !stopping; deaths += 1) {
    server = await startServer(place, programs, user, port, order.settings).catch((error: unknown) =>
      survive(error, deaths),
    )
    if (server) await serve(server)
    // From 0.2 s to 5 s: a database that cannot stay up must not eat the machine.
    if (!stopping) await pause(Math.min(5_000, 200 * 2 ** Math.min(deaths, 5)))
  }

  async function serve(running: PostgresServer): Promise<void> {
    if (stopping) return stopServer(running)
    await createDatabase(url('postgres'), order.database)
    send({ type: 'ready', url: url(order.database), pid: running.pid, port })
    await running.ended
    if (!stopping) send({ type: 'note', text: 'PostgreSQL ended by itself; it is started again' })
  }
}

/** The first start must work or say why. Later ones are tried again: whoever waits for the database can wait. */
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

async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  if (server) await stopServer(server)
  if (process.connected) process.disconnect?.()
  // Nothing else holds this process once PostgreSQL has gone, except a start that is under way: it looks at `stopping`.
}
