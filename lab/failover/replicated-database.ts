import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { type Database, startDatabase } from '@/setup/postgres/keeper'
import { until } from '@/setup/process/console'
import { onConnection } from '@/setup/schema/schema-engine'
import {
  caughtUp,
  conninfo,
  copyRunning,
  promoted,
  THROW_AWAY,
  writeAsOwner,
} from '../chaos/forgetful-database'
import { openProxy, type TcpProxy } from '../chaos/tcp-proxy'

/** `kill`: SIGKILL of the primary. `partition`: nobody reaches it any more, neither clients nor its standby, and it lives on alone. */
export type Failure = 'kill' | 'partition'

/** Enough for what is written while a standby is copied and started. */
const SETTINGS = { ...THROW_AWAY, wal_keep_size: '512MB' }
/** 30 s for anything that takes a second on a quiet machine. */
const PATIENCE_MS = 30_000

interface Standby {
  database: Database
  folder: string
  /** Its replication connection. */
  link: TcpProxy
}

/**
 * Two real PostgreSQL servers with synchronous replication, behind an address that stays: a commit is answered once the standby has it, too.
 * A person's part, the promotion, is `failOver`.
 */
export class ReplicatedDatabase {
  private copies = 0
  private standby: Standby | null = null

  private constructor(
    private readonly home: string,
    private readonly address: TcpProxy,
    private serving: Database,
    private folder: string,
  ) {}

  /** @param prepare called once with the URL of the superuser: the migrations */
  static async start(prepare: (url: string) => Promise<unknown>): Promise<ReplicatedDatabase> {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-failover-'))
    // Under root, PostgreSQL runs as another user, which must be able to enter.
    fs.chmodSync(home, 0o711)
    const folder = path.join(home, 'first')
    const database = await startDatabase({ dataDir: folder, settings: SETTINGS })
    const replicated = new ReplicatedDatabase(home, await openProxy(database.port), database, folder)
    await prepare(replicated.url)
    return replicated
  }

  /** URL of a superuser at the address that stays. */
  get url(): string {
    const url = new URL(this.serving.url)
    url.port = String(this.address.port)
    return url.href
  }

  get port(): number {
    return this.address.port
  }

  pid(): number {
    return this.serving.pid()
  }

  /** Starts a standby, and waits until commits wait for it. */
  async addStandby(): Promise<void> {
    const folder = path.join(this.home, `copy-${++this.copies}`)
    await copyRunning(this.serving, this.folder, folder)
    writeAsOwner(path.join(folder, 'postgres', 'data', 'standby.signal'), '')
    const link = await openProxy(this.serving.port)
    const primary = `${conninfo(this.serving.url, link.port)} application_name=standby`
    const database = await startDatabase({
      dataDir: folder,
      settings: { ...SETTINGS, primary_conninfo: primary },
    })
    this.standby = { database, folder, link }
    await caughtUp(this.serving, database)
    // In its own file, and after the copy: as a flag, or in the copy, it would stop each commit after the promotion.
    await onConnection(this.serving.url, async (client) => {
      await client.query(`ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (standby)'`)
      await client.query('SELECT pg_reload_conf()')
      const isSynchronous = async () => {
        const { rows } = await client.query(
          `SELECT sync_state FROM pg_stat_replication WHERE application_name = 'standby'`,
        )
        return rows.some(({ sync_state }) => sync_state === 'quorum')
      }
      if (!(await until(isSynchronous, PATIENCE_MS)))
        throw new Error('the standby does not become synchronous')
    })
  }

  /**
   * The primary fails, and its standby is promoted and takes the address.
   * @returns when clients could reach the new primary (`performance.now()`), what followed is `fenced`: the end of the old one
   */
  async failOver(failure: Failure): Promise<{ servesFrom: number; fenced: () => Promise<string[]> }> {
    const { standby, serving, folder } = this
    if (!standby) throw new Error('there is no standby')
    this.standby = null
    const alone = failure === 'kill' ? await this.killed() : await this.cutOff(standby)
    await standby.link.close()
    this.serving = await promoted(standby.database)
    this.folder = standby.folder
    this.address.stall(0)
    this.address.dropAll()
    this.address.redirect(this.serving.port)
    const servesFrom = performance.now()
    const fenced = async () => {
      const wrong = await alone()
      if (failure === 'partition') {
        process.kill(serving.pid(), 'SIGKILL')
        await serving.stop()
      }
      fs.rmSync(folder, { recursive: true, force: true })
      return wrong
    }
    return { servesFrom, fenced }
  }

  async stop(): Promise<void> {
    await this.address.close()
    await this.standby?.link.close()
    await this.standby?.database.stop()
    await this.serving.stop()
    fs.rmSync(this.home, { recursive: true, force: true })
  }

  private async killed(): Promise<() => Promise<string[]>> {
    this.address.redirect(null)
    process.kill(this.serving.pid(), 'SIGKILL')
    // At once: its keeper would start it again.
    await this.serving.stop()
    return async () => []
  }

  /** @returns what is wrong with a commit of the old primary alone: it must wait for ever */
  private async cutOff({ link }: Standby): Promise<() => Promise<string[]>> {
    const { url } = this.serving
    this.address.redirect(null)
    this.address.stall(PATIENCE_MS)
    link.redirect(null)
    link.dropAll()
    let isAcknowledged = false
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    await client.connect()
    void client.query('CREATE TABLE lab_alone ()').then(
      () => (isAcknowledged = true),
      () => undefined,
    )
    if (!(await until(() => waitsForStandby(url), PATIENCE_MS)))
      throw new Error('no commit of the primary that was cut off waits for its standby')
    return async () => {
      await pause(0)
      return isAcknowledged ? ['the primary that was cut off acknowledged a commit alone'] : []
    }
  }
}

async function waitsForStandby(url: string): Promise<boolean> {
  const { rows } = await onConnection(url, (client) =>
    client.query(
      `SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = 'CREATE TABLE lab_alone ()'`,
    ),
  )
  return rows.length > 0
}
