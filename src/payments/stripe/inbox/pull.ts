import { z } from 'zod'
import { type Db, firstRow, sql } from '@/platform/db'
import type { InboxAccount } from './account'
import { receivedEvent } from './event'
import type { Receiver } from './receive'
import { undelivered, whyNot } from './requests'
import { stripeEvent } from './verify'

/** 1 h: an event counts as undelivered once a try has failed, which may be a while after it happened. */
const OVERLAP_MS = 3_600_000
/** Stripe keeps events for 30 days. */
const REACHES_BACK_MS = 30 * 86_400_000
/** Stripe's largest page. */
const PAGE = 100

const positionRow = z.strictObject({
  through: z.date(),
  startedAt: z.date().nullable(),
  after: z.string().nullable(),
})

export interface PullDeps {
  db: Db
  receiver: Pick<Receiver, 'keep'>
  /** Time for one page, in ms. */
  timeoutMs: number
  /** Stripe did not answer, or answered what cannot be read; the next turn goes on at the same place. */
  onSilence(account: string, reason: string): void
}

/**
 * Reads one page of the events that Stripe could not deliver, and keeps them as if they had been sent. The place is stored after each page, so that
 * a reading which is cut off goes on there. Two workers at once read the same page twice, which keeps the same events.
 * @returns the events of the page; a full page is followed by the next at once
 */
export async function pullMissed(deps: PullDeps, account: InboxAccount): Promise<number> {
  const { db, receiver, timeoutMs } = deps
  const position = await positionOf(db, account.name)
  const since = new Date(
    Math.max(
      // A place in the future was stored before the database's clock was put back.
      Math.min(position.through.getTime(), position.now.getTime()) - OVERLAP_MS,
      position.now.getTime() - REACHES_BACK_MS,
    ),
  )
  const { calls } = account
  const page = await undelivered(calls, calls.deadline(timeoutMs), {
    since,
    after: position.after,
    limit: PAGE,
  })
  if (page.kind !== 'answered') {
    deps.onSilence(account.name, whyNot(page))
    // The event at which the page ends may be gone by now: then the list is read from its beginning.
    if (page.kind === 'refused' && position.after !== null)
      await store(db, account.name, { ...position, after: null })
    return 0
  }
  const { data, has_more: more } = page.value
  const events = data.flatMap((one) => stripeEvent.safeParse(one).data ?? [])
  const ours = events.filter(({ livemode }) => livemode === (account.mode === 'live'))
  await Promise.all(ours.map((event) => receiver.keep(receivedEvent(account.name, event, 'pull'))))
  const startedAt = position.startedAt ?? position.now
  const after = more ? (data.at(-1)?.id ?? null) : null
  await store(
    db,
    account.name,
    after === null
      ? { through: startedAt, startedAt: null, after }
      : { through: position.through, startedAt, after },
  )
  return after === null ? 0 : data.length
}

/** Where the reading is; before the first one, as far back as Stripe has events. */
async function positionOf(db: Db, account: string) {
  const known = await firstRow(
    db,
    positionRow.extend({ now: z.date() }),
    sql`
      SELECT coalesce(p.through, now() - ${REACHES_BACK_MS} * interval '1 millisecond') AS through, p.started_at AS "startedAt", p.after, now() AS now
      FROM (SELECT 1) one LEFT JOIN stripe_event_position p ON p.account = ${account}`,
  )
  if (!known) throw new Error('the position in the list of events was not read')
  return known
}

async function store(db: Db, account: string, to: z.infer<typeof positionRow>): Promise<void> {
  const { through, startedAt, after } = to
  await db.$executeRaw(sql`
    INSERT INTO stripe_event_position (account, through, started_at, after) VALUES (${account}, ${through}, ${startedAt}, ${after})
    ON CONFLICT (account) DO UPDATE SET through = excluded.through, started_at = excluded.started_at, after = excluded.after`)
}

/** The rows that a full page has. */
export const PULL_PAGE = PAGE
