import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { childEnv } from '@/platform/env'
import { forkTypeScript } from '@/setup/process/fork-typescript'
import { freePort } from '@/setup/process/port'
import { hasEnded } from '@/setup/process/process-id'
import { inRoot } from '@/setup/process/project-root'
import type { ProductProcess, Surroundings } from './product-process'

/** A bank that an installation is on. */
export interface Bank {
  /** How one more process reaches it. */
  line(): Promise<BankLine>
  /** Cancels the faults that have not happened yet. */
  calm(): Promise<void>
  /** Counts of each fault by the bank itself. */
  faults(): Promise<ReadonlyMap<string, number>>
  leave(): Promise<void>
}

export interface BankLine {
  port: number
  variable: Surroundings['bankVariable']
  settings: Record<string, string>
  /** Called with the process that got the line. */
  taken?(by: ProductProcess): void
}

/** The name of the bank's journal in the folder of a run. */
export const JOURNAL = 'bank.jsonl'

/** The lab's bank as a process: it takes orders to misbehave, and is restarted whenever it dies. */
export class BankProcess implements Bank {
  private child: ChildProcess | null = null
  private leaving = false
  /** The faults that it had counted before it was killed, and the keys that they had struck. */
  private readonly faultsBeforeKill = new Map<string, number>()
  private readonly struckBeforeKill: string[] = []

  private constructor(
    readonly port: number,
    private readonly databaseUrl: string,
    private readonly home: string,
    private readonly log: number,
  ) {}

  static async start(databaseUrl: string, home: string, log: number): Promise<BankProcess> {
    const bank = new BankProcess(await freePort(), databaseUrl, home, log)
    await once(bank.boot(), 'message')
    return bank
  }

  async line(): Promise<BankLine> {
    return { port: this.port, variable: 'PAYONCE_BANK_URL', settings: {} }
  }

  /** Orders a fault for one request. */
  async order(order: { fault: string; on: string; key: string | null; ms: number }): Promise<void> {
    await this.ask('/lab/faults', { method: 'POST', body: JSON.stringify(order) }).catch(() => undefined)
  }

  async calm(): Promise<void> {
    await this.ask('/lab/faults', { method: 'DELETE' }).catch(() => undefined)
  }

  /** Counts of each fault by the bank itself, including those before a kill. */
  async faults(): Promise<ReadonlyMap<string, number>> {
    const seen = new Map(this.faultsBeforeKill)
    for (const [fault, times] of Object.entries((await this.report()).seen))
      seen.set(fault, (seen.get(fault) ?? 0) + times)
    return seen
  }

  /** The keys whose request an ordered fault has struck. */
  async struck(): Promise<ReadonlySet<string>> {
    return new Set([...this.struckBeforeKill, ...(await this.report()).struck])
  }

  /** Kills it. It forgets its orders and its counts, so the counts are saved first. */
  async kill(): Promise<void> {
    const now = await this.report().catch(() => null)
    for (const [fault, times] of Object.entries(now?.seen ?? {}))
      this.faultsBeforeKill.set(fault, (this.faultsBeforeKill.get(fault) ?? 0) + times)
    this.struckBeforeKill.push(...(now?.struck ?? []))
    this.child?.kill('SIGKILL')
  }

  async leave(): Promise<void> {
    this.leaving = true
    const child = this.child
    if (!child || hasEnded(child)) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }

  private boot(): ChildProcess {
    const args = ['--port', String(this.port), '--journal', path.join(this.home, JOURNAL)]
    const env = childEnv({ DATABASE_URL: this.databaseUrl })
    const child = forkTypeScript(inRoot('lab/bank/main.ts'), args, {
      env,
      stdio: ['ignore', this.log, this.log, 'ipc'],
    })
    child.once('exit', () => {
      if (!this.leaving) this.boot()
    })
    this.child = child
    return child
  }

  private async report(): Promise<{ seen: Record<string, number>; struck: string[] }> {
    const answer = await this.ask('/lab/faults', {})
    return (await answer.json()) as { seen: Record<string, number>; struck: string[] }
  }

  private ask(where: string, init: RequestInit): Promise<Response> {
    const headers = { 'content-type': 'application/json' }
    return fetch(`http://127.0.0.1:${this.port}${where}`, {
      ...init,
      headers,
      signal: AbortSignal.timeout(2_000),
    })
  }
}
