import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { foreignEnv } from '@/platform/env'
import type { Log } from '@/platform/log'
import type { LabOrder, LabPlan, LabReport, LabRun, LabSchedules } from './run'

/** `here`: it can be started. `no-sources`: this installation was made without the lab. `no-build`: the product was never built. */
export type LabPlace = 'here' | 'no-sources' | 'no-build'

/** What the lab's page shows. */
export interface LabState {
  place: LabPlace
  /** The random schedules need a package that only those who build the product install. */
  schedulesHere: boolean
  /** What goes on: one thing at a time. */
  busy: 'run' | 'schedules' | null
  run: LabRun | null
  schedules: LabSchedules | null
  /** Why the last one has no end of its own. */
  problem: string | null
}

/** The lab is busy. */
export class LabBusy extends Error {
  override name = 'LabBusy'
}

/** The program, which no source of the product imports: an installation without it is whole. */
const PROGRAM = 'lab/page/main.ts'
const BUILT = ['dist/main.js', 'dist/worker.js']

/**
 * The fault lab of this web process. Its processes are children of one child, which is started with the first order, has nothing of our
 * environment, and ends with us.
 */
export class Laboratory {
  private child: ChildProcess | null = null
  private run: LabRun | null = null
  private shown: LabSchedules | null = null
  private busy: LabState['busy'] = null
  private problem: string | null = null
  private readonly root: string
  private readonly log: Pick<Log, 'warn'>

  /** @param root the project's folder */
  constructor({ log, root = process.cwd() }: { log: Pick<Log, 'warn'>; root?: string }) {
    this.log = log
    this.root = root
  }

  state(): LabState {
    const { busy, run, shown: schedules, problem } = this
    const schedulesHere = this.has('node_modules/fast-check')
    return { place: this.place(), schedulesHere, busy, run, schedules, problem }
  }

  /** Begins a run. @throws LabBusy */
  begin(plan: LabPlan): void {
    this.take('run')
    this.run = null
    this.send({ type: 'run', plan })
  }

  /** Begins 500 random schedules. @throws LabBusy */
  beginSchedules(seed: number): void {
    this.take('schedules')
    this.shown = null
    this.send({ type: 'schedules', seed })
  }

  /** Ends what goes on. */
  stop(): void {
    if (this.busy !== null) this.send({ type: 'stop' })
  }

  /** The lab's child sees the end of its channel, and ends all that it has started. */
  close(): void {
    if (this.child?.connected) this.child.disconnect()
    this.child = null
  }

  private place(): LabPlace {
    if (!this.has(PROGRAM)) return 'no-sources'
    return BUILT.every((file) => this.has(file)) ? 'here' : 'no-build'
  }

  private has(file: string): boolean {
    return fs.existsSync(path.join(this.root, file))
  }

  private take(what: LabState['busy']): void {
    if (this.busy !== null) throw new LabBusy()
    this.busy = what
    this.problem = null
  }

  private send(order: LabOrder): void {
    this.child ??= this.start()
    this.child.send(order, (error) => {
      if (error) this.log.warn({ err: error }, 'the lab did not take an order')
    })
  }

  private start(): ChildProcess {
    // `spawn` and not `fork`, which Next would resolve when it builds. A process group of its own: the child ends all of it.
    const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM], {
      cwd: this.root,
      env: foreignEnv(),
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    child.on('message', (report) => this.receive(report as LabReport))
    child.on('error', (error) => this.log.warn({ err: error }, 'the lab did not start'))
    child.on('exit', () => this.ended(child))
    // Neither keeps the web process from ending.
    child.unref()
    child.channel?.unref()
    return child
  }

  private receive(report: LabReport): void {
    if (report.type === 'run') {
      this.run = report.run
      if (report.run.phase === 'over') this.busy = null
    } else {
      this.shown = report.schedules
      if (report.schedules.over) this.busy = null
    }
  }

  private ended(child: ChildProcess): void {
    if (this.child !== child) return
    this.child = null
    if (this.busy === null) return
    this.busy = null
    this.problem = 'The process of the lab ended before it was done. Try again.'
    if (this.run) this.run = { ...this.run, phase: 'over' }
    if (this.shown) this.shown = { ...this.shown, over: true }
  }
}
