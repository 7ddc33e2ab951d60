import http from 'node:http'
import { pause, until } from '@/setup/process/console'
import { type Finding, pay } from './experiments'
import { type Answer, ask } from './http'
import type { Installation } from './installation'
import { migrationsOf, THIS_VERSION, type Version } from './version'

const SHOPPERS = 8
/** 2 s: the proxy asks twice a second, and believes two answers. */
const SEEN_MS = 2_000
/** 60 s: the bank counts as away for 5 s after doubts. */
const PAYS_MS = 60_000

/** Shoppers who pay, and readers of pages, through the proxy, without a pause. Nothing is sent again. */
class Load {
  payments = 0
  pages = 0
  /** `while: kind answer`. */
  readonly failed: string[] = []
  /** The longest time without a paid payment, in ms. */
  longestGap = 0
  /** What is being done at the moment. */
  doing = 'before'
  private lastPaid = performance.now()
  private over = false
  private readonly agent = new http.Agent({ keepAlive: true })
  private readonly loops: Promise<void>[]

  constructor(private readonly installation: Installation) {
    const { port } = installation.proxy
    const { agent } = this
    this.loops = [
      ...Array.from({ length: SHOPPERS }, () =>
        this.loop('payments', 201, () => pay(installation, port, { agent })),
      ),
      ...['/', '/docs'].map((path) => this.loop('pages', 200, () => ask({ port, path, agent }))),
    ]
  }

  async end(): Promise<void> {
    this.over = true
    await Promise.all(this.loops)
    this.agent.destroy()
  }

  /** @param ends how long each process took to end, in ms */
  finding(name: string, ends: readonly number[]): Finding {
    const { payments, pages, failed } = this
    const worst = [...new Set(failed)].slice(0, 3).join(', ')
    const took = ends.map((ms) => `${(ms / 1_000).toFixed(1)} s`).join(', ')
    return {
      name,
      figures: `${payments} payments, ${pages} pages: ${failed.length} failed${worst && ` (${worst})`}; at most ${Math.round(this.longestGap)} ms without a payment; processes ended within ${took}`,
      holds: failed.length === 0 && payments > 0,
    }
  }

  private async loop(kind: 'payments' | 'pages', wanted: number, act: () => Promise<Answer>): Promise<void> {
    while (!this.over) {
      const { doing } = this
      const status = await act().then(
        (answer) => answer.status,
        (error: Error & { code?: string }) => error.code ?? error.message,
      )
      this[kind] += 1
      if (status !== wanted) this.failed.push(`${doing}: ${kind} ${status}`)
      else if (kind === 'payments') this.paid()
    }
  }

  private paid(): void {
    const now = performance.now()
    this.longestGap = Math.max(this.longestGap, now - this.lastPaid)
    this.lastPaid = now
  }
}

/** Restarts each process in turn while shoppers pay and read pages through the proxy. */
export async function restart(installation: Installation): Promise<Finding> {
  const load = await begin(installation)
  const ends = await roll(installation, load, THIS_VERSION)
  await load.end()
  return load.finding('rolling restart of two webs and two workers, under load', ends)
}

/** A release of this version under load: its migrations while the version before serves, then each process in turn. Both serve side by side meanwhile. */
export async function release(installation: Installation, previous: Version): Promise<Finding> {
  const added = migrationsOf(THIS_VERSION).length - migrationsOf(previous).length
  const load = await begin(installation)
  await pause(SEEN_MS)
  load.doing = 'migration'
  await installation.migrateTo(THIS_VERSION)
  load.doing = 'the version before on the new tables'
  await pause(SEEN_MS)
  const ends = await roll(installation, load, THIS_VERSION)
  await load.end()
  return load.finding(`release from the version before, ${added} migrations, under load`, ends)
}

/** Until each process behind the proxy has paid once. @throws Error when one does not */
async function begin(installation: Installation): Promise<Load> {
  const { webs, proxy } = installation
  const serving = webs.slice(0, 2)
  for (const { port } of serving) {
    const pays = async () => (await pay(installation, port)).status === 201
    if (!(await until(pays, PAYS_MS, 200))) throw new Error('a web process takes no payment')
  }
  await proxy.serve(serving)
  return new Load(installation)
}

async function roll({ webs, workers }: Installation, load: Load, to: Version): Promise<number[]> {
  const ends: number[] = []
  for (const server of [...webs.slice(0, 2), ...workers]) {
    load.doing = `restart of ${server.name} ${ends.length + 1}`
    ends.push(await server.restart(to.folder))
    await pause(SEEN_MS)
  }
  return ends
}
