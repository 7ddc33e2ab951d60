import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { createOrder } from '@/checkout/order'
import { showId, uuidv7 } from '@/lib/id'
import type { Gateway } from '@/payments/gateway'
import { httpGateway } from '@/payments/simulator/client'
import { type Db, openDb, openPool, sql } from '@/platform/db'
import { type Database, startDatabase } from '@/setup/postgres/keeper'
import { prepareLogins } from '@/setup/postgres/logins'
import { until } from '@/setup/process/console'
import { freePort } from '@/setup/process/port'
import { migrate } from '@/setup/schema/migrate'
import { ReplicatedDatabase } from '../failover/replicated-database'
import { type Bank, BankProcess, JOURNAL } from './bank-process'
import { ForgetfulDatabase } from './forgetful-database'
import { ProductProcess, type ProgramName, type StepOrder, type Surroundings } from './product-process'
import type { Cut, TcpProxy } from './tcp-proxy'

/** 1.5 s: what takes half a minute in production takes a second here. */
const LEASE_MS = 1_500
export const SECRET = 'a secret for chaos, long enough to pass'
/** 8 s: an accident that is aimed at a step strikes within it or not at all. */
const STRIKES_MS = 8_000
const SETTINGS = {
  PAYONCE_SECRET: SECRET,
  PAYONCE_LEASE_MS: String(LEASE_MS),
  PAYONCE_GATEWAY_TIMEOUT_MS: '1000',
  PAYONCE_RESOLVER_MS: '250',
  PAYONCE_RECONCILE_MS: '2000',
  PAYONCE_POOL_MAX: '10',
  // All shoppers of the lab come from one address, and its program has one API key.
  PAYONCE_SHOPPER_RATE_PER_MINUTE: '1000000',
  PAYONCE_RATE_PER_MINUTE: '1000000',
  LOG_LEVEL: 'warn',
}

/** Who is told what happens: to the processes, and which accident struck. */
export interface Watch {
  process?: Surroundings['watch']
  happened?: (id: string) => void
}

/** The request that an accident is aimed at: its server, and the part of its URL that no other request has. */
interface Target {
  server: ProductProcess
  mark: string
}

type ServedDatabase = Pick<Database, 'url' | 'port' | 'pid' | 'stop'>

/** A whole installation to break: PostgreSQL, a bank, two web and two worker processes, all real, connected through our TCP proxies. */
export class Installation {
  readonly leaseMs = LEASE_MS
  readonly merchantId = uuidv7()
  /** Counts of the accidents that have happened, by id. */
  readonly seen = new Map<string, number>()
  /** Marks of the requests that their accident has struck; the bank keeps its own list. */
  readonly struck = new Set<string>()
  servers: ProductProcess[] = []
  workers: ProductProcess[] = []
  /** The database as its owner sees it: the lab also reads what the product may not. */
  readonly db: Db

  private constructor(
    readonly home: string,
    private readonly databases: { product: ServedDatabase; bank: Database | null },
    readonly owner: pg.Pool,
    readonly bank: Bank,
    private readonly out: { log: number; watch: Watch },
  ) {
    this.db = openDb(owner)
  }

  /**
   * @param bank another one than the simulated bank
   * @param watch told what happens while it happens
   */
  static async open(bank: Bank | null = null, watch: Watch = {}): Promise<Installation> {
    const home = newHome()
    const database = await startDatabase({
      dataDir: path.join(home, 'data'),
      database: 'payonce',
      settings: { max_connections: '200' },
    })
    await migrate(database.url)
    return Installation.on(home, { product: database, bank: null }, bank, watch)
  }

  /** One whose bank stands on a database of its own, which keeps all that the product's database may forget. */
  static async openForgetful(): Promise<{ installation: Installation; database: ForgetfulDatabase }> {
    const home = newHome()
    const database = await ForgetfulDatabase.start(migrate)
    const bank = await startDatabase({ dataDir: path.join(home, 'bank') })
    await migrate(bank.url)
    return { installation: await Installation.on(home, { product: database, bank }), database }
  }

  /** One on a database that fails over, behind an address that stays; the bank stands on another one. */
  static async openReplicated(): Promise<{ installation: Installation; database: ReplicatedDatabase }> {
    const home = newHome()
    const database = await ReplicatedDatabase.start(migrate)
    const bank = await startDatabase({ dataDir: path.join(home, 'bank') })
    await migrate(bank.url)
    return { installation: await Installation.on(home, { product: database, bank }), database }
  }

  private static async on(
    home: string,
    databases: Installation['databases'],
    other: Bank | null = null,
    watch: Watch = {},
  ): Promise<Installation> {
    const { product } = databases
    const owner = openPool(product.url, { max: 4, name: 'lab' })
    const log = fs.openSync(path.join(home, 'log'), 'a')
    const bank = other ?? (await BankProcess.start((databases.bank ?? product).url, home, log))
    const installation = new Installation(home, databases, owner, bank, { log, watch })
    await installation.populate()
    return installation
  }

  /** The simulated bank, which takes orders. @throws Error on another bank */
  get simulator(): BankProcess {
    if (this.bank instanceof BankProcess) return this.bank
    throw new Error('this installation is not on the simulated bank')
  }

  /** The simulated bank, for a reader of its list; null: another bank. */
  get gateway(): Gateway | null {
    if (!(this.bank instanceof BankProcess)) return null
    return httpGateway({ url: `http://127.0.0.1:${this.bank.port}`, timeoutMs: 10_000 })
  }

  /** @param mark of the request that was struck */
  happened(id: string, mark?: string): void {
    if (mark !== undefined) this.struck.add(mark)
    this.seen.set(id, (this.seen.get(id) ?? 0) + 1)
    this.out.watch.happened?.(id)
  }

  /** The bank's own journal of what it has really moved. */
  get journal(): string {
    return path.join(this.home, JOURNAL)
  }

  async newOrder(unitAmount: bigint): Promise<string> {
    const order = {
      merchantId: this.merchantId,
      currency: 'EUR' as const,
      items: [{ name: 'T-shirt', quantity: 1, unitAmount }],
    }
    return showId('ord', (await createOrder(this.db, order, uuidv7())).id)
  }

  /** Arms a step inside a process. It counts as happened once the process tells that it strikes this very request, or has cut its answer. */
  async armStep(id: string, { server, mark }: Target, order: StepOrder): Promise<void> {
    await server.arm(order)
    const struck = order.action === 'cut' ? server.cut : server.struck
    void until(() => struck.has(order.mark), STRIKES_MS, 20).then((has) => has && this.happened(id, mark))
  }

  async armWire(
    id: string,
    { server, mark }: Target,
    wire: TcpProxy,
    cut: Cut,
    kills: boolean,
  ): Promise<void> {
    wire.arm({
      ...cut,
      meanwhile: () => {
        if (kills) server.signal('SIGKILL')
        this.happened(id, mark)
      },
    })
  }

  /** Waits where an accident before has left no database to be killed: its keeper starts it again. */
  async restartDatabase(id: string, signal: NodeJS.Signals, mark?: string): Promise<void> {
    if (await until(() => isKilled(this.databases.product.pid(), signal), 30_000)) this.happened(id, mark)
  }

  async terminateBackends(id: string, mark: string): Promise<void> {
    const found = await this.owner
      .query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'payonce-%' AND random() < 0.5",
      )
      .catch(() => null)
    if (found?.rowCount) this.happened(id, mark)
  }

  killWorker(id: string, mark: string): void {
    this.workers[this.happenedTimes(id) % this.workers.length]?.signal('SIGKILL')
    this.happened(id, mark)
  }

  /** The database's own port and its owner's URL, for programs that are no part of the product. */
  get ownDatabase(): Pick<Surroundings, 'databasePort' | 'databaseUrl'> {
    const { port, url } = this.databases.product
    return { databasePort: port, databaseUrl: url }
  }

  /** Ends all accidents: cancels what is armed, lets stopped processes continue, and waits until the servers answer. */
  async calm(): Promise<void> {
    for (const { database, bank } of [...this.servers, ...this.workers]) {
      database.disarm()
      bank.disarm()
    }
    await this.bank.calm()
    for (const member of [...this.servers, ...this.workers]) member.signal('SIGCONT')
    await Promise.all(this.servers.map((server) => server.ready()))
  }

  /** Waits until nothing runs and nothing is in doubt, except what is parked. @returns false when `withinMs` have passed */
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

  /** Stops everything. @returns the exit codes, which should all be 0 */
  async close(): Promise<(number | null)[]> {
    const codes = await Promise.all([...this.servers, ...this.workers].map((member) => member.leave()))
    await this.bank.leave()
    await this.db.$disconnect()
    await this.owner.end()
    await this.databases.product.stop()
    await this.databases.bank?.stop()
    return codes
  }

  private happenedTimes(id: string): number {
    return this.seen.get(id) ?? 0
  }

  private async populate(): Promise<void> {
    await this.db.$executeRaw(
      sql`INSERT INTO merchant (id, name) VALUES (${this.merchantId}::uuid, 'Chaos shop')`,
    )
    const database = {
      databasePort: this.databases.product.port,
      databaseUrl: (await prepareLogins(this.databases.product.url, this.home)).app,
    }
    this.servers = [await this.startProgram('web', database), await this.startProgram('web', database)]
    this.workers = [await this.startProgram('worker', database), await this.startProgram('worker', database)]
  }

  /** One more process on the bank. @param database by which login, and through which port */
  async startProgram(
    name: ProgramName,
    database: Pick<Surroundings, 'databasePort' | 'databaseUrl'>,
  ): Promise<ProductProcess> {
    const line = await this.bank.line()
    const bank = { bankPort: line.port, bankVariable: line.variable }
    const settings = { ...SETTINGS, ...line.settings }
    const surroundings = { ...database, ...bank, settings, watch: this.out.watch.process }
    const started = await ProductProcess.start(name, await freePort(), surroundings, this.out.log)
    line.taken?.(started)
    return started
  }
}

function newHome(): string {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-chaos-'))
  // Under root, PostgreSQL runs as another user, which must be able to enter.
  fs.chmodSync(home, 0o711)
  return home
}

/** False for a process that has ended already. */
function isKilled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}
