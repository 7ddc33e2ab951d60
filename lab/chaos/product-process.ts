import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { childEnv } from '@/platform/env'
import { typescriptArgs } from '@/setup/process/fork-typescript'
import { hasEnded, isStopped } from '@/setup/process/process-id'
import { inRoot } from '@/setup/process/project-root'
import { openProxy, type TcpProxy } from './tcp-proxy'

/** An order to misbehave: `action` at `point` of the request whose record id or URL contains `mark`. */
export interface StepOrder {
  point: 'request' | 'claimed' | 'asking' | 'asked' | 'committed' | 'answer'
  action: 'kill' | 'stop' | 'cut'
  mark: string
}

/** The database and bank of the installation, and its settings. */
export interface Surroundings {
  databasePort: number
  databaseUrl: string
  bankPort: number
  /** The variable that names the bank's URL. */
  bankVariable: 'PAYONCE_BANK_URL' | 'PAYONCE_STRIPE_URL'
  settings: Record<string, string>
  /** Without it nothing is reported. */
  watch?: ((by: ProductProcess, event: ProcessEvent) => void) | undefined
}

/** What a watched process tells of itself. */
export type ProcessEvent =
  | { type: 'step'; step: string; recordId: string; at: number }
  | { type: 'attempt'; outcome: string; recordId: string; at: number }
  /** An ordered accident, just before it strikes. */
  | { type: 'struck'; mark: string; at: number }
  | { type: 'died' }
  | { type: 'started' }

/** The programs, each with what Node needs to run it. The naive one is a handler without idempotency. */
const PROGRAMS = {
  web: { file: 'dist/main.js', args: ['--enable-source-maps'] },
  worker: { file: 'dist/worker.js', args: ['--enable-source-maps'] },
  naive: { file: 'lab/page/naive/main.ts', args: typescriptArgs },
}
export type ProgramName = keyof typeof PROGRAMS

/** One process of the built product, with its own TCP proxies to database and bank. It is restarted whenever it dies. */
export class ProductProcess {
  readonly database: TcpProxy
  readonly bank: TcpProxy
  deaths = 0
  /** Marks of the orders that it has begun to carry out, and of those under which it has cut an answer in the middle. */
  readonly struck = new Set<string>()
  readonly cut = new Set<string>()
  private child: ChildProcess | null = null
  private leaving = false
  private up: Promise<void> = Promise.resolve()

  private constructor(
    readonly name: ProgramName,
    readonly port: number,
    wires: { database: TcpProxy; bank: TcpProxy },
    private readonly env: NodeJS.ProcessEnv,
    private readonly out: { log: number; watch: Surroundings['watch'] },
  ) {
    this.database = wires.database
    this.bank = wires.bank
  }

  static async start(
    name: ProgramName,
    port: number,
    surroundings: Surroundings,
    log: number,
  ): Promise<ProductProcess> {
    const database = await openProxy(surroundings.databasePort)
    const bank = await openProxy(surroundings.bankPort)
    const url = new URL(surroundings.databaseUrl)
    url.port = String(database.port)
    const started = new ProductProcess(
      name,
      port,
      { database, bank },
      environment(port, {
        ...surroundings.settings,
        DATABASE_URL: url.href,
        [surroundings.bankVariable]: `http://127.0.0.1:${bank.port}`,
      }),
      { log, watch: surroundings.watch },
    )
    started.boot()
    await started.firstReady()
    return started
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`
  }

  /** Resolves when it answers; a killed web process answers again within about a second. */
  ready(): Promise<void> {
    return this.up
  }

  isUp(): boolean {
    return this.child !== null && !hasEnded(this.child) && this.child.connected
  }

  /** True while it is stopped, and neither works nor ends. */
  isStopped(): boolean {
    return isStopped(this.child?.pid ?? 0)
  }

  /** Resolves when the process has confirmed the order, or has ended. */
  async arm(order: StepOrder): Promise<void> {
    const child = this.child
    if (!child?.connected) return
    const taken = new Promise<void>((resolve) => {
      const end = () => {
        child.off('message', onMessage)
        child.off('exit', end)
        resolve()
      }
      const onMessage = (message: unknown) => {
        if ((message as { type?: string }).type === 'armed') end()
      }
      child.on('message', onMessage)
      child.once('exit', end)
    })
    child.send({ type: 'arm', order }, () => undefined)
    await taken
  }

  /** Takes the order back, if it has not been carried out. */
  disarm(): void {
    if (this.child?.connected) this.child.send({ type: 'arm', order: null }, () => undefined)
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal)
  }

  /** @throws Error when it dies three times before it is ready: it cannot start, and its log says why. Later deaths are what the lab is for. */
  private async firstReady(): Promise<void> {
    let isUp = false
    void this.ready().then(() => {
      isUp = true
    })
    while (!isUp && this.deaths < 3) await pause(25)
    if (isUp) return
    this.leaving = true
    throw new Error(`the ${this.name} process does not start: its last words are in the log`)
  }

  /** Stops it as a deployment does, after which it restarts. @returns how long it took to end, in ms */
  async restart(): Promise<number> {
    const child = this.child
    if (!child || hasEnded(child)) return 0
    const began = performance.now()
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
    return Math.round(performance.now() - began)
  }

  /** Stops it for good, as a deployment does. @returns its exit code */
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
    const { file, args } = PROGRAMS[this.name]
    const execArgv = [...args, '--import', pathToFileURL(inRoot('lab/chaos/preload.mjs')).href]
    const child = fork(inRoot(file), [], {
      cwd: inRoot(),
      execArgv,
      env: this.env,
      stdio: ['ignore', this.out.log, this.out.log, 'ipc'],
    })
    this.child = child
    child.on('message', (message) => {
      const { type, mark = '' } = message as { type?: string; mark?: string }
      if (type === 'cut') this.cut.add(mark)
      if (type === 'struck') this.struck.add(mark)
      this.report(message)
    })
    if (this.out.watch) child.send({ type: 'watch' }, () => undefined)
    this.up = this.untilAnswers(child)
    if (this.deaths > 0)
      void this.up.then(() => this.child === child && this.out.watch?.(this, { type: 'started' }))
    child.once('exit', () => {
      this.deaths += 1
      if (!this.leaving) this.out.watch?.(this, { type: 'died' })
      if (!this.leaving) this.boot()
    })
  }

  private report(message: unknown): void {
    const event = message as ProcessEvent
    if (['step', 'attempt', 'struck'].includes(event.type)) this.out.watch?.(this, event)
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
    // It was killed while it started; `boot` starts the next one.
    if (!this.leaving) await pause(5).then(() => this.up)
  }
}

function environment(port: number, settings: Record<string, string>): NodeJS.ProcessEnv {
  return childEnv({
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    PAYONCE_BASE_URL: `http://localhost:${port}`,
    PORT: String(port),
    ...settings,
  })
}
