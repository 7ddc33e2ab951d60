import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { childEnv } from '@/platform/env'
import { hasEnded } from '@/setup/process/process-id'
import { inRoot } from '@/setup/process/project-root'
import { openProxy, type TcpProxy } from './tcp-proxy'

/** What is ordered of a process: at which point, of which request (`mark`), what. */
export interface StepOrder {
  point: 'request' | 'claimed' | 'asking' | 'asked' | 'committed' | 'answer'
  action: 'kill' | 'stop' | 'cut'
  mark: string
}

export interface Surroundings {
  databasePort: number
  databaseUrl: string
  bankPort: number
  settings: Record<string, string>
}

/** One process of the product as it was built, with its own wires to database and bank. It is started again whenever it dies. */
export class ProductProcess {
  readonly database: TcpProxy
  readonly bank: TcpProxy
  deaths = 0
  private child: ChildProcess | null = null
  private leaving = false
  private up: Promise<void> = Promise.resolve()

  private constructor(
    readonly name: 'web' | 'worker',
    readonly port: number,
    wires: { database: TcpProxy; bank: TcpProxy },
    private readonly env: NodeJS.ProcessEnv,
    private readonly log: number,
  ) {
    this.database = wires.database
    this.bank = wires.bank
  }

  static async start(
    name: 'web' | 'worker',
    port: number,
    around: Surroundings,
    log: number,
  ): Promise<ProductProcess> {
    const database = await openProxy(around.databasePort)
    const bank = await openProxy(around.bankPort)
    const url = new URL(around.databaseUrl)
    url.port = String(database.port)
    const member = new ProductProcess(
      name,
      port,
      { database, bank },
      environment(url.href, bank.port, port, around.settings),
      log,
    )
    member.boot()
    await member.ready()
    return member
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`
  }

  /** It answers. A web process that was killed answers again within a second or so. */
  ready(): Promise<void> {
    return this.up
  }

  isUp(): boolean {
    return this.child !== null && !hasEnded(this.child) && this.child.connected
  }

  /** Resolves when the process has taken the order. */
  async arm(order: StepOrder): Promise<void> {
    const child = this.child
    if (!child?.connected) return
    const taken = new Promise<void>((resolve) => {
      const hear = (message: unknown) => {
        if ((message as { type?: string }).type !== 'armed') return
        child.off('message', hear)
        resolve()
      }
      child.on('message', hear)
      child.once('exit', () => resolve())
    })
    child.send({ type: 'arm', order }, () => undefined)
    await taken
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal)
  }

  /** Tells it to stop, as a deployment does; it is started again by itself. @returns how long it took to end, in ms */
  async restart(): Promise<number> {
    const child = this.child
    if (!child || hasEnded(child)) return 0
    const began = performance.now()
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
    return Math.round(performance.now() - began)
  }

  /** For good: asks it to finish, as a deployment does. @returns its exit code */
  async leave(): Promise<number | null> {
    this.leaving = true
    const child = this.child
    if (child && !hasEnded(child)) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      await ended
    }
    await Promise.all([this.database.close(), this.bank.close()])
    return child?.exitCode ?? null
  }

  private boot(): void {
    const file = inRoot(`dist/${this.name === 'web' ? 'main' : 'worker'}.js`)
    const execArgv = ['--enable-source-maps', '--import', pathToFileURL(inRoot('lab/chaos/preload.mjs')).href]
    const child = fork(file, [], {
      cwd: inRoot(),
      execArgv,
      env: this.env,
      stdio: ['ignore', this.log, this.log, 'ipc'],
    })
    this.child = child
    this.up = this.untilAnswers(child)
    child.once('exit', () => {
      this.deaths += 1
      if (!this.leaving) this.boot()
    })
  }

  private async untilAnswers(child: ChildProcess): Promise<void> {
    if (this.name === 'worker') return
    while (!hasEnded(child) && !this.leaving) {
      const answered = await fetch(this.url('/api/ready'), { signal: AbortSignal.timeout(1_000) }).then(
        ({ ok }) => ok,
        () => false,
      )
      if (answered) return
      await pause(25)
    }
    // Killed while it started: the next one is on its way.
    if (!this.leaving) await pause(5).then(() => this.up)
  }
}

function environment(
  databaseUrl: string,
  bankPort: number,
  port: number,
  settings: Record<string, string>,
): NodeJS.ProcessEnv {
  return childEnv({
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    DATABASE_URL: databaseUrl,
    PAYONCE_BANK_URL: `http://127.0.0.1:${bankPort}`,
    PAYONCE_BASE_URL: `http://localhost:${port}`,
    PORT: String(port),
    ...settings,
  })
}
