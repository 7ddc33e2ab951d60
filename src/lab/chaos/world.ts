import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { createOrder } from '@/checkout/order'
import { showId, uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool, sql } from '@/platform/db'
import { childEnv } from '@/platform/env'
import { type Database, startDatabase } from '@/setup/database'
import { migrate } from '@/setup/migrate'
import { freePort } from '@/setup/port'
import { hasEnded } from '@/setup/process-mark'
import { inRoot } from '@/setup/root'
import { forkTypeScript } from '@/setup/typescript-child'
import { Member, type Order } from './product'
import type { Cut, TcpProxy } from './tcp-proxy'

/** Times are short, so that what takes half a minute in production takes a second here. */
const LEASE_MS = 1_500
export const SECRET = 'a secret for chaos, long enough to pass'
const SETTINGS = {
  PAYONCE_SECRET: SECRET,
  PAYONCE_LEASE_MS: String(LEASE_MS),
  PAYONCE_GATEWAY_TIMEOUT_MS: '1000',
  PAYONCE_COMPLETER_MS: '250',
  PAYONCE_RECONCILE_MS: '2000',
  PAYONCE_POOL_MAX: '10',
  LOG_LEVEL: 'warn',
}

/** A whole installation to be broken: PostgreSQL, a bank, two web processes, two workers; all of them real, each of them on wires of ours. */
export class World {
  readonly leaseMs = LEASE_MS
  readonly merchantId = uuidv7()
  readonly seen = new Map<string, number>()
  servers: Member[] = []
  workers: Member[] = []
  private bank: ChildProcess | null = null
  private bankPort = 0
  private readonly bankSaid = new Map<string, number>()

  private constructor(
    readonly home: string,
    private readonly database: Database,
    readonly owner: pg.Pool,
    readonly db: Db,
    private readonly log: number,
  ) {}

  static async open(): Promise<World> {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-chaos-'))
    // For root, PostgreSQL runs as another user, who must get in.
    fs.chmodSync(home, 0o711)
    const database = await startDatabase({ dataDir: path.join(home, 'data'), database: 'payonce', settings: { max_connections: '200' } })
    await migrate(database.url)
    const owner = openPool(database.url, { max: 4, role: 'none', name: 'lab' })
    const world = new World(home, database, owner, openDb(owner), fs.openSync(path.join(home, 'log'), 'a'))
    await world.populate()
    return world
  }

  happened(id: string): void {
    this.seen.set(id, (this.seen.get(id) ?? 0) + 1)
  }

  async newOrder(): Promise<string> {
    const order = { merchantId: this.merchantId, currency: 'EUR' as const, items: [{ name: 'T-shirt', quantity: 1, unitAmount: 1_200n }] }
    return showId('ord', (await createOrder(this.db, order, uuidv7())).id)
  }

  /** A step inside a process. That it happened is seen from outside: the process dies, stops, or its answer is cut. */
  async armStep(id: string, server: Member, order: Order): Promise<void> {
    await server.arm(order)
    const deaths = server.deaths
    if (order.action === 'kill') void this.soon(() => server.deaths > deaths, id)
    else this.happened(id)
  }

  async armWire(id: string, server: Member, wire: TcpProxy, cut: Cut, kills: boolean): Promise<void> {
    wire.arm({
      ...cut,
      meanwhile: () => {
        if (kills) server.signal('SIGKILL')
        this.happened(id)
      },
    })
  }

  async orderBank(order: { fault: string; ms: number }): Promise<void> {
    const { fault, ms } = order
    await this.askBank('/lab/faults', { method: 'POST', body: JSON.stringify({ fault, ms }) }).catch(() => undefined)
  }

  /** What the bank itself says that it did; what it said before it was killed counts too. */
  async bankFaults(): Promise<ReadonlyMap<string, number>> {
    const seen = new Map(this.bankSaid)
    for (const [fault, times] of Object.entries(await this.askWhatBankDid())) seen.set(fault, (seen.get(fault) ?? 0) + times)
    return seen
  }

  async restartDatabase(id: string, signal: NodeJS.Signals): Promise<void> {
    process.kill(this.database.pid(), signal)
    this.happened(id)
  }

  async terminateBackends(id: string): Promise<void> {
    const found = await this.owner
      .query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'payonce-%' AND random() < 0.5")
      .catch(() => null)
    if (found?.rowCount) this.happened(id)
  }

  killWorker(id: string): void {
    this.workers[this.happenedTimes(id) % this.workers.length]?.signal('SIGKILL')
    this.happened(id)
  }

  /** It forgets what it was told to do, and what it did: that is noted first. */
  async killBank(id: string): Promise<void> {
    const seen = await this.bankFaults().catch(() => null)
    if (seen) for (const [fault, times] of seen) this.bankSaid.set(fault, times)
    this.bank?.kill('SIGKILL')
    this.happened(id)
  }

  /** All is as it should be again: processes up, wires whole, the bank well-behaved. */
  async calm(): Promise<void> {
    for (const { database, bank } of [...this.servers, ...this.workers]) {
      database.disarm()
      bank.disarm()
    }
    await this.askBank('/lab/faults', { method: 'DELETE' }).catch(() => undefined)
    for (const member of [...this.servers, ...this.workers]) member.signal('SIGCONT')
    await Promise.all(this.servers.map((server) => server.ready()))
  }

  /** Waits until nothing is running and nothing is in doubt, but for what waits for a person. */
  async quiet(withinMs: number): Promise<boolean> {
    const end = Date.now() + withinMs
    while (Date.now() < end) {
      const rows = await this.db
        .$queryRaw<{ open: number }[]>(sql`
          SELECT (SELECT count(*) FROM idempotency_record WHERE state IN ('sending', 'unknown') AND parked_at IS NULL)::int
               + (SELECT count(*) FROM surplus_charge WHERE status = 'found')::int AS open`)
        .catch(() => [{ open: 1 }])
      if (rows[0]?.open === 0) return true
      await pause(100)
    }
    return false
  }

  /** @returns how each of them ended; all should with 0 */
  async close(): Promise<(number | null)[]> {
    const codes = await Promise.all([...this.servers, ...this.workers].map((member) => member.leave()))
    const bank = this.bank
    this.bank = null
    if (bank && !hasEnded(bank)) {
      bank.kill('SIGTERM')
      await once(bank, 'exit')
    }
    await this.db.$disconnect()
    await this.owner.end()
    await this.database.stop()
    return codes
  }

  private happenedTimes(id: string): number {
    return this.seen.get(id) ?? 0
  }

  private async soon(done: () => boolean, id: string): Promise<void> {
    for (let ms = 0; ms < 8_000; ms += 20) {
      if (done()) return this.happened(id)
      await pause(20)
    }
  }

  private async populate(): Promise<void> {
    await this.db.$executeRaw(sql`INSERT INTO merchant (id, name) VALUES (${this.merchantId}::uuid, 'Chaos shop')`)
    this.bankPort = await freePort()
    await this.startBank()
    const around = { databasePort: this.database.port, databaseUrl: this.database.url, bankPort: this.bankPort, settings: SETTINGS }
    const start = async (name: 'web' | 'worker') => Member.start(name, await freePort(), around, this.log)
    this.servers = [await start('web'), await start('web')]
    this.workers = [await start('worker'), await start('worker')]
  }

  private async startBank(): Promise<void> {
    const args = ['--port', String(this.bankPort), '--journal', path.join(this.home, 'bank.jsonl')]
    const env = childEnv({ DATABASE_URL: this.database.url })
    const bank = forkTypeScript(inRoot('src/lab/bank/main.ts'), args, { env, stdio: ['ignore', this.log, this.log, 'ipc'] })
    const before = this.bank
    this.bank = bank
    bank.once('exit', () => {
      if (this.bank === bank) void this.startBank()
    })
    if (before === null) await once(bank, 'message')
  }

  private async askWhatBankDid(): Promise<Record<string, number>> {
    const answer = await this.askBank('/lab/faults', {})
    return ((await answer.json()) as { seen: Record<string, number> }).seen
  }

  private askBank(where: string, init: RequestInit): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.bankPort}${where}`, {
      ...init,
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(2_000),
    })
  }
}
