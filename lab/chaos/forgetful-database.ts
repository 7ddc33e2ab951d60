import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Database, startDatabase } from '@/setup/postgres/keeper'
import { onConnection } from '@/setup/schema/schema-engine'
import { openProxy, type TcpProxy } from './tcp-proxy'

/** Nothing here has to survive the machine. */
export const THROW_AWAY = { fsync: 'off', full_page_writes: 'off', max_connections: '200' }

/** How a database loses its last transactions: an asynchronous standby that is behind takes over, or a backup is restored. */
export type Loss = 'standby' | 'backup'

/** A real PostgreSQL that can lose transactions it has committed, behind an address that stays the same. */
export class ForgetfulDatabase {
  /** Copies of the data folder have been made here. */
  private copies = 0
  private marked: { copy: string; standby: Database | null } | null = null

  private constructor(
    private readonly home: string,
    private readonly address: TcpProxy,
    private serving: Database,
    private folder: string,
  ) {}

  /** @param prepare called once with the URL of the superuser: the migrations */
  static async start(prepare: (url: string) => Promise<unknown>): Promise<ForgetfulDatabase> {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-forgetful-'))
    // Under root, PostgreSQL runs as another user, which must be able to enter.
    fs.chmodSync(home, 0o711)
    const folder = path.join(home, 'first')
    const database = await startDatabase({ dataDir: folder, settings: THROW_AWAY })
    const forgetful = new ForgetfulDatabase(home, await openProxy(database.port), database, folder)
    await prepare(forgetful.url)
    return forgetful
  }

  /** URL of a superuser at the address that stays. */
  get url(): string {
    const url = new URL(this.serving.url)
    url.port = String(this.address.port)
    return url.href
  }

  /** The port of the address that stays. */
  get port(): number {
    return this.address.port
  }

  pid(): number {
    return this.serving.pid()
  }

  /** Marks the present: what is committed from now on is lost by `lose`. */
  async mark(loss: Loss): Promise<void> {
    const copy = path.join(this.home, `copy-${++this.copies}`)
    await copyRunning(this.serving, this.folder, copy)
    this.marked = { copy, standby: loss === 'standby' ? await this.startStandby(copy) : null }
  }

  /** The server dies, and one that knows nothing of what came after `mark` takes its address. */
  async lose(): Promise<void> {
    if (!this.marked) throw new Error('nothing was marked')
    const { copy, standby } = this.marked
    this.marked = null
    this.address.redirect(null)
    this.address.dropAll()
    process.kill(this.serving.pid(), 'SIGKILL')
    await this.serving.stop()
    this.serving = standby
      ? await promoted(standby)
      : await startDatabase({ dataDir: copy, settings: THROW_AWAY })
    this.folder = copy
    this.address.redirect(this.serving.port)
  }

  async stop(): Promise<void> {
    await this.address.close()
    await this.marked?.standby?.stop()
    await this.serving.stop()
    fs.rmSync(this.home, { recursive: true, force: true })
  }

  /** A standby that has all that the server has, and receives nothing any more. */
  private async startStandby(copy: string): Promise<Database> {
    writeAsOwner(path.join(copy, 'postgres', 'data', 'standby.signal'), '')
    const link = await openProxy(this.serving.port)
    const settings = { ...THROW_AWAY, primary_conninfo: conninfo(this.serving.url, link.port) }
    const database = await startDatabase({ dataDir: copy, settings })
    await caughtUp(this.serving, database)
    await link.close()
    return database
  }
}

export async function promoted(standby: Database): Promise<Database> {
  await onConnection(standby.url, (client) => client.query('SELECT pg_promote()'))
  return standby
}

/** A physical backup of a running server, as pg_basebackup makes one, which the npm package does not have. */
export async function copyRunning(database: Database, folder: string, copy: string): Promise<void> {
  const data = path.join(copy, 'postgres', 'data')
  await onConnection(database.url, async (client) => {
    await client.query("SELECT pg_backup_start('lab', true)")
    // A file that PostgreSQL removes meanwhile is reported by `cp`, and is not needed.
    copyFolder(folder, copy)
    const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop(false)')
    copyFolder(path.join(folder, 'postgres', 'data', 'pg_wal'), path.join(data, 'pg_wal'))
    for (const file of ['postmaster.pid', 'postmaster.opts'])
      fs.rmSync(path.join(data, file), { force: true })
    writeAsOwner(path.join(data, 'backup_label'), rows[0].labelfile)
  })
}

function copyFolder(from: string, to: string): void {
  spawnSync('cp', ['-a', `${from}/.`, to], { stdio: 'ignore' })
}

/** Under root, PostgreSQL runs as another user, whom the data folder belongs to. */
export function writeAsOwner(file: string, content: string): void {
  const { uid, gid } = fs.statSync(path.dirname(file))
  fs.writeFileSync(file, content, { mode: 0o600 })
  fs.chownSync(file, uid, gid)
}

/** A replication connection through the link, as the superuser. */
export function conninfo(url: string, port: number): string {
  const { username, password } = new URL(url)
  return `host=127.0.0.1 port=${port} user=${username} password=${password}`
}

/** Waits until the standby has replayed all that the primary has written. @throws Error when it has not after 20 s */
export async function caughtUp(primary: Database, standby: Database): Promise<void> {
  const { rows } = await onConnection(primary.url, (client) =>
    client.query('SELECT pg_current_wal_lsn()::text AS lsn'),
  )
  const behind = async () =>
    (
      await onConnection(standby.url, (client) =>
        client.query('SELECT pg_last_wal_replay_lsn() < $1::pg_lsn AS behind', [rows[0].lsn]),
      )
    ).rows[0].behind
  for (const end = Date.now() + 20_000; await behind(); )
    if (Date.now() > end) throw new Error('the standby does not catch up')
}
