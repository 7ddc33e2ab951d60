import { setTimeout as pause } from 'node:timers/promises'
import { type Sql, sql } from '@/platform/db'
import { print, until } from '@/setup/process/console'
import type { Accident } from '../accidents'
import type { History } from '../history'
import type { Installation } from '../installation'
import { judge } from '../judge'
import { chance } from '../random'
import { Campaign, rounds } from '../rounds'
import { EVENT_ACCIDENTS, refundAccidents, SHORT, stripeAccidents } from './accidents'
import { LEASE_MS, type StripeBank, TIMEOUT_MS } from './bank'
import { fatesOf, judgeRefunds, judgeStripe, owed, table } from './judge'
import { Refunds } from './refunds'

/** 60 s until nothing is in doubt, once the accidents are over. */
const QUIET_MS = 60_000
/**
 * A doubt of 3 s is made a minute older, and a challenge that was left open for 4 s an hour: after that the product withdraws the charge. 3 s is
 * longer than a server waits for Stripe.
 */
const DOUBT_MS = TIMEOUT_MS + 1_000
const LEFT_MS = 4_000

export interface LapPlan {
  seed: number
  /** Each accident of the short list once, instead of all of them with each way to retry. */
  short: boolean
  /** Purchases that meet an accident, unless the lap is short; null: each accident with each way to retry. */
  count: number | null
  isWanted(accident: { id: string }): boolean
  /** No accident was left out on the command line. */
  whole: boolean
}

/** Clients pay through Stripe's double while all between breaks. @returns everything that is wrong */
export async function lapOnStripe(
  installation: Installation,
  bank: StripeBank,
  history: History,
  { seed, short, count, isWanted, whole }: LapPlan,
): Promise<string[]> {
  const isPlayed = (accident: Accident) => isWanted(accident) && (!short || SHORT.includes(accident.id))
  const accidents = stripeAccidents(bank).filter(isPlayed)
  const ofRefunds = refundAccidents(bank).filter(isPlayed)
  const dice = chance(seed)
  const playing = new Campaign(installation, dice, history, { declined: 0.15, challenged: 0.15 })
  const retries = ['same', 'other', 'none'] as const
  const plan = short
    ? dice.shuffled(accidents).map((accident, at) => ({ accident, retry: retries[at % 3] ?? 'same' }))
    : take(rounds(dice, accidents), count ?? accidents.length * 3)
  const clock = new FastClock(installation)
  // Each server has answered once: the first answer of a new process may take long.
  await playing.buyUndisturbed('pm_card_visa')
  for (const [at, round] of plan.entries()) {
    await playing.play(round)
    if ((at + 1) % 25 === 0) print(`  ${at + 1} of ${plan.length} rounds`)
  }
  await playing.over()
  await playing.makeUp(async () => unseen(installation, accidents).map((accident) => ({ accident })))
  const refunds = await Refunds.open({ installation, bank, playing, history, dice })
  for (const accident of dice.shuffled(ofRefunds)) await refunds.play(accident)
  await refunds.makeUp(() => unseen(installation, ofRefunds))
  await refunds.returnSome()
  await installation.calm()
  for (const card of ['pm_card_visa', 'pm_card_declined']) await playing.buyUndisturbed(card)
  const { quiet, late } = await answered(installation, bank, playing)
  await refunds.replayAll()
  const read = await until(() => isAllRead(installation, bank), QUIET_MS, 1_000)
  const agreed = await until(() => agrees(installation, bank), QUIET_MS, 1_000)
  const money = await owed(installation, bank)
  await clock.stop()
  for (const [id, times] of await bank.faults()) installation.seen.set(id, times)
  report(installation, bank, playing, history)
  const missing = whole ? EVENT_ACCIDENTS.filter((id) => !installation.seen.has(id)) : []
  return [
    ...(quiet ? [] : ['a payment stayed in doubt']),
    ...late,
    ...(read ? [] : ['an event of Stripe was not worked on']),
    ...(agreed
      ? []
      : [`Stripe owes us ${money.atStripe} by its movements, and ${money.ledger} by our ledger`]),
    ...missing.map((id) => `${id} never happened`),
    ...unseen(installation, [...accidents, ...ofRefunds]).map(
      ({ id, description }) => `${id} never happened (${description})`,
    ),
    ...(await judge(installation, playing, history)),
    ...(await judgeStripe(installation, bank, playing, history, refunds)),
    ...(await judgeRefunds(installation, bank, refunds)),
  ]
}

/**
 * Waits until nothing is in doubt, and asks for every answer. A purchase whose requests were all turned away is made only then, and its
 * challenge may be left open: its answer comes once that was withdrawn. One that Stripe knew before must be answered at once.
 * @returns `quiet`: nothing stayed in doubt; `late`: what was not answered at once
 */
async function answered(
  installation: Installation,
  { double: { account } }: StripeBank,
  playing: Campaign,
): Promise<{ quiet: boolean; late: string[] }> {
  const quiet = await installation.quiet(QUIET_MS)
  const known = new Set(account.intents.map(({ amount }) => BigInt(amount)))
  const open = await playing.replayAll()
  const late = open.filter(({ amount }) => known.has(amount)).map(({ key }) => `answered late: ${key}`)
  if (open.length === 0) return { quiet, late }
  const again = await installation.quiet(QUIET_MS)
  await playing.replayAll()
  return { quiet: quiet && again, late }
}

/** I24: each accident must happen at least once. @returns those that did not, so that this run proves nothing about them */
function unseen({ seen }: Installation, accidents: readonly Accident[]): Accident[] {
  return accidents.filter(({ id }) => !seen.has(id))
}

function take<T>(source: Generator<T>, count: number): T[] {
  return Array.from({ length: count }, () => source.next().value)
}

function report(installation: Installation, bank: StripeBank, playing: Campaign, history: History): void {
  const texts = new Map(stripeAccidents(bank).map(({ id, description }) => [id, description]))
  const fates = fatesOf(bank, playing, history)
  for (const line of table(fates, bank, (id) => texts.get(id) ?? 'no accident')) print(line)
  const { intents, charges, refunds, events } = bank.double.account
  const returned = refunds.filter(({ status }) => status === 'failed').length
  print(
    `${fates.length} purchases, ${history.tries.length} requests; at Stripe ${intents.length} intents, ${charges.length} charges, ${refunds.length} refunds (${returned} returned), ${events.all.length} events`,
  )
  print(`happened: ${[...installation.seen].map(([id, times]) => `${id} ${times}`).join(', ')}`)
}

/**
 * Whether each event that Stripe has is kept and worked on. Those that were lost are read from its list, which the worker does every five
 * minutes; those that wait are due now, once nothing is in doubt any more.
 */
async function isAllRead({ owner }: Installation, bank: StripeBank): Promise<boolean> {
  await owner
    .query(
      `SELECT graphile_worker.add_job('stripe-missed', '{}'::json, job_key := 'stripe-missed', max_attempts := 1)`,
    )
    .catch(() => undefined)
  await owner.query('UPDATE stripe_event SET next_at = now() WHERE next_at > now() AND lease_until IS NULL')
  const { rows } = await owner.query(
    'SELECT count(*)::int AS kept, count(*) FILTER (WHERE next_at IS NOT NULL)::int AS waiting FROM stripe_event',
  )
  return bank.isSent() && rows[0].waiting === 0 && rows[0].kept === bank.double.account.events.all.length
}

/** Whether our ledger has all of Stripe's movements: they are read at once, and not in minutes. */
async function agrees(installation: Installation, bank: StripeBank): Promise<boolean> {
  await installation.owner
    .query(
      `SELECT graphile_worker.add_job('movements', '{}'::json, job_key := 'movements', max_attempts := 1)`,
    )
    .catch(() => undefined)
  const { atStripe, ledger } = await owed(installation, bank)
  return atStripe === ledger
}

/**
 * Lets time pass for what only waits: the lab has no minutes for the age at which a charge is withdrawn, nor for the pauses between two questions.
 * What is being worked on keeps its lease.
 */
class FastClock {
  private running = true
  private readonly ended: Promise<void>

  constructor(private readonly installation: Installation) {
    this.ended = this.run()
  }

  async stop(): Promise<void> {
    this.running = false
    await this.ended
  }

  private async run(): Promise<void> {
    while (this.running) {
      await pause(500)
      // The database may be away.
      await this.pass().catch(() => undefined)
    }
  }

  private async pass(): Promise<void> {
    const { db } = this.installation
    const ms = (value: number) => sql`${value} * interval '1 millisecond'`
    await db.$executeRaw(
      noted(sql`
        UPDATE payment SET created_at = created_at - interval '62 seconds'
        WHERE status = 'unknown' AND created_at BETWEEN now() - interval '60 seconds' AND now() - ${ms(DOUBT_MS)}`),
    )
    await db.$executeRaw(
      noted(sql`
        UPDATE payment SET created_at = created_at - interval '1 hour'
        WHERE status = 'requires_action' AND created_at BETWEEN now() - interval '20 minutes' AND now() - ${ms(LEFT_MS)}`),
    )
    await db.$executeRaw(sql`
      UPDATE idempotency_record SET lease_until = now() + interval '1 second'
      WHERE state = 'unknown' AND parked_at IS NULL AND lease_until > now() + ${ms(LEASE_MS + 500)}`)
    await db.$executeRaw(sql`
      UPDATE stripe_event SET lease_until = NULL
      WHERE next_at IS NOT NULL AND lease_until < now() + interval '52 seconds'`)
  }
}

/** A payment's time never changes in the product, so no trigger of it tells the searches to copy the payment anew. */
function noted(update: Sql): Sql {
  return sql`
    WITH moved AS (${update} RETURNING merchant_id, order_id)
    INSERT INTO search_changed (merchant_id, kind, id) SELECT merchant_id, 'order', order_id::text FROM moved ON CONFLICT DO NOTHING`
}
