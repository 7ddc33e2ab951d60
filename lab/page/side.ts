import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { LabCounts, LabPlan } from '@/server/lab/run'
import { type JournalLine, readJournal } from '../bank/journal'
import { type ClientTry, History } from '../chaos/history'
import type { Installation } from '../chaos/installation'
import { play } from './play'
import type { LabShop } from './shop'
import type { Story } from './story'

/** 60 s for the client and its accident; then 45 s until nothing is in doubt. */
const PLAY_MS = 60_000
const QUIET_MS = 45_000
/** How often the journal and the books are read while a run goes on. */
const LOOK_MS = 150

export interface SidePlan {
  installation: Installation
  shop: LabShop
  plan: LabPlan
  /** Of the order, in minor units. No other order has it, nor one cent more: what a wrong bank may charge. */
  amount: bigint
  story: Story
  stop: AbortSignal
  /** Called with the counts so far. */
  changed(counts: LabCounts): void
  /** The client has its answer or has gone, and the accident is over. */
  settling(): void
}

/** What one side of a run has shown. */
export interface Played {
  counts: LabCounts
  tries: readonly ClientTry[]
  struck: boolean
  parked: boolean
  /** Nothing is in doubt any more. */
  quiet: boolean
}

/** Plays a purchase in one shop, and waits until nothing of it is in doubt. */
export async function playSide(side: SidePlan): Promise<Played> {
  const { installation, shop, plan, amount, story, stop } = side
  const order = await patiently(() => shop.newOrder(amount))
  const look = new Look(side, order)
  const history = new History(path.join(installation.home, 'history.jsonl'), (line) => story.client(line))
  const giveUp = AbortSignal.any([stop, AbortSignal.timeout(PLAY_MS)])
  story.begin()
  const watching = look.repeat()
  try {
    const struck = await play({ installation, shop, plan, history, order, amount, giveUp })
    side.settling()
    await installation.calm()
    const quiet = stop.aborted || (await installation.quiet(QUIET_MS))
    await look.end()
    return { ...(await patiently(() => look.now())), tries: history.tries, struck, quiet }
  } finally {
    await look.end()
    await watching
    history.close()
  }
}

/** What the bank and the books say of one order. */
class Look {
  private over = false
  private told = 0

  constructor(
    private readonly side: SidePlan,
    private readonly order: string,
  ) {}

  async now(): Promise<{ counts: LabCounts; parked: boolean }> {
    const { shop, story } = this.side
    const moved = this.moved()
    for (const line of moved.slice(this.told)) story.moved(line)
    this.told = moved.length
    const { postings, postedMinor, parked } = await shop.books(this.order)
    const counts = {
      requests: story.requests,
      executions: story.executions,
      charges: moved.filter(({ kind }) => kind === 'charge').length,
      postings,
      differenceMinor: takenIn(moved) - postedMinor,
    }
    return { counts, parked }
  }

  /** Looks again and again until `end`. What cannot be read now is read by the next look. */
  async repeat(): Promise<void> {
    while (!this.over) {
      const seen = await this.now().catch(() => null)
      if (seen && !this.over) this.side.changed(seen.counts)
      await pause(LOOK_MS)
    }
  }

  async end(): Promise<void> {
    this.over = true
  }

  /** By the bank's own journal, never by our tables. */
  private moved(): JournalLine[] {
    const { installation, amount } = this.side
    const lines = readJournal(fs.readFileSync(installation.journal, 'utf8'))
    return lines.filter(({ amountMinor }) => [amount, amount + 1n].includes(BigInt(amountMinor)))
  }
}

/** Taken and not given back, in minor units. */
function takenIn(moved: readonly JournalLine[]): number {
  return moved.reduce(
    (sum, { kind, amountMinor }) => sum + (kind === 'charge' ? Number(amountMinor) : -Number(amountMinor)),
    0,
  )
}

/** 20 s: a database that is being restarted is back by then. */
const BACK_MS = 20_000

/** Asks again while a database is being restarted. */
export async function patiently<T>(read: () => Promise<T>): Promise<T> {
  const end = Date.now() + BACK_MS
  for (;;) {
    try {
      return await read()
    } catch (error) {
      if (Date.now() > end) throw error
      await pause(100)
    }
  }
}
