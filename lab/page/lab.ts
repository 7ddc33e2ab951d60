import fs from 'node:fs'
import { NO_ACCIDENT, OFFERED, type OfferedAccident } from '@/server/lab/accidents'
import type { LabPlan, LabRun, LabSide } from '@/server/lab/run'
import { reasonOf } from '@/setup/process/console'
import { check } from '@/setup/verify'
import { Installation } from '../chaos/installation'
import { oneAnswerPerKey } from '../chaos/judge'
import type { ProcessEvent, ProductProcess } from '../chaos/product-process'
import { type LabShop, naiveShop, safeShop } from './shop'
import { type Played, patiently, playSide } from './side'
import { laneOf, nameOf, Story } from './story'
import { naiveVerdictOf, verdictOf } from './verdict'

/** The lab behind its page: an installation of its own, on which one run at a time is played. It stays open for the next run. */
export class Lab {
  private installation: Installation | null = null
  private naive: LabShop | null = null
  /** What is written down now, and of which servers. */
  private telling: { story: Story; servers: readonly ProductProcess[] } | null = null
  private stopping = new AbortController()
  private amount = 2_400n

  /** @param report called with the run whenever it has changed */
  constructor(private readonly report: (run: LabRun) => void) {}

  /** Plays one run. What keeps it from being played is in `failed`. */
  async run(plan: LabPlan): Promise<LabRun> {
    this.stopping = new AbortController()
    const began = performance.now()
    const run = newRun(plan)
    this.report(run)
    try {
      const installation = await this.open()
      await this.playSafe(installation, run)
      if (plan.naive && hasStep(plan.accident) && !this.stopping.signal.aborted)
        await this.playNaive(installation, run)
    } catch (error) {
      run.failed = reasonOf(error)
    }
    // What did not end well may have left the installation in doubt.
    const clean = run.failed === null && ['held', 'missed'].includes(run.safe.verdict?.kind ?? '')
    if (!clean || this.stopping.signal.aborted) await this.close()
    run.phase = 'over'
    run.ms = Math.round(performance.now() - began)
    this.report(run)
    return run
  }

  /** Ends the run that goes on. */
  stop(): void {
    this.stopping.abort()
  }

  /** Stops all processes, and removes what they have written. */
  async close(): Promise<void> {
    const { installation, naive } = this
    this.installation = null
    this.naive = null
    await naive?.close().catch(() => undefined)
    await installation?.close()
    if (installation) fs.rmSync(installation.home, { recursive: true, force: true })
  }

  private async open(): Promise<Installation> {
    this.installation ??= await Installation.open(null, {
      process: (by, event) => this.onProcess(by, event),
      happened: (id) => this.telling?.story.accident(id),
    })
    await this.installation.calm()
    return this.installation
  }

  private async playSafe(installation: Installation, run: LabRun): Promise<void> {
    const played = await this.play(installation, safeShop(installation), run, run.safe)
    const { findings } = await patiently(() => check(installation.db))
    const broken = findings.flatMap(({ id, offenders }) =>
      offenders.map(({ subject, detail }) => `${id}: ${subject} ${detail}`),
    )
    run.safe.verdict = verdictOf({
      ...played,
      wrong: [...broken, ...oneAnswerPerKey(played.tries), ...toldAndNotCharged(played)],
      stopped: this.stopping.signal.aborted,
    })
  }

  private async playNaive(installation: Installation, run: LabRun): Promise<void> {
    run.phase = 'naive'
    run.naive = newSide()
    this.report(run)
    this.naive ??= await naiveShop(installation)
    const played = await this.play(installation, this.naive, run, run.naive)
    run.naive.verdict = naiveVerdictOf({ ...played, stopped: this.stopping.signal.aborted })
  }

  private async play(installation: Installation, shop: LabShop, run: LabRun, side: LabSide): Promise<Played> {
    side.amountMinor = Number(this.nextAmount())
    const tell = () => {
      Object.assign(side, story.shown())
      this.report(run)
    }
    const story = new Story(run.plan.accident, tell)
    this.telling = { story, servers: shop.servers }
    if (side === run.safe) run.phase = 'pressing'
    try {
      const played = await playSide({
        installation,
        shop,
        plan: run.plan,
        amount: this.amount,
        story,
        stop: this.stopping.signal,
        changed: (counts) => {
          side.counts = counts
          this.report(run)
        },
        settling: () => {
          if (side === run.safe) run.phase = 'settling'
          this.report(run)
        },
      })
      side.counts = played.counts
      Object.assign(side, story.shown())
      return played
    } finally {
      this.telling = null
    }
  }

  /** Two cents apart, since a bank that charges a wrong amount takes one more. */
  private nextAmount(): bigint {
    this.amount += 2n
    return this.amount
  }

  private onProcess(by: ProductProcess, event: ProcessEvent): void {
    if (!this.telling) return
    const { story, servers } = this.telling
    const worker = this.installation?.workers.includes(by) ?? by.name === 'worker'
    const index = servers.indexOf(by)
    if (worker) story.process('worker', 'A worker', event)
    else if (index >= 0) story.process(laneOf(index), nameOf(laneOf(index)), event)
  }
}

const hasStep = (accident: string): boolean =>
  accident === NO_ACCIDENT || OFFERED.some(({ id, naive }: OfferedAccident) => id === accident && naive)

/** A client that was told "paid" was charged. */
function toldAndNotCharged({ tries, counts }: Played): string[] {
  const told = tries.some(({ outcome, status }) => outcome === 'answer' && status === 200)
  return told && counts.charges === 0 ? ['a client was told that it had paid, and nothing was charged'] : []
}

function newRun(plan: LabPlan): LabRun {
  return {
    plan,
    phase: 'opening',
    startedAt: new Date().toISOString(),
    ms: null,
    safe: newSide(),
    naive: null,
    failed: null,
  }
}

function newSide(): LabSide {
  return { amountMinor: 0, events: [], eventsLeftOut: 0, counts: null, verdict: null }
}
