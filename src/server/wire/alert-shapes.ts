import { z } from 'zod'
import { ALERT_KINDS, factsOfKind } from '@/alerts/kinds'
import { ALERT_STATES, type AlertRow, type AlertState } from '@/alerts/read'
import { type IdPrefix, showId } from '@/lib/id'
import { actorOut, type ShownActor } from './actor-shapes'
import { maybeTime, time } from './json'

export const alertKind = z.enum(ALERT_KINDS)

export const kindOut = z.object({
  kind: z.string(),
  title: z.string(),
  /** Money may be wrong or late because of it. */
  money: z.boolean(),
})

export const alertOut = kindOut.extend({
  id: z.string(),
  state: z.enum(ALERT_STATES),
  /** What it is about: the kind of row, and its id as it is shown. */
  subject: z.object({ kind: z.string(), id: z.string() }),
  detail: z.string(),
  /** What it means for money. */
  means: z.string(),
  todo: z.string(),
  since: z.string(),
  openedAt: z.string(),
  lastSeenAt: z.string(),
  endedAt: z.string().nullable(),
  acknowledgedAt: z.string().nullable(),
  acknowledgedBy: actorOut.nullable(),
  note: z.string().nullable(),
})
export type ShownAlert = z.infer<typeof alertOut>

/** Prefixes that ids of tables are shown with; what is not named here has an id, or a name, of its own. */
const PREFIXES: Record<string, IdPrefix> = { payment: 'pay', api_key: 'key', webhook_endpoint: 'whe' }

export function showAlert(row: AlertRow, actorOf: (name: string) => ShownActor | null): ShownAlert {
  const { title, means, todo } = factsOfKind(row.kind)
  return {
    id: showId('alr', row.id),
    kind: row.kind,
    title,
    means,
    todo,
    money: row.money,
    state: stateOf(row),
    subject: subjectOf(row.subject),
    detail: row.detail,
    since: time(row.since),
    openedAt: time(row.openedAt),
    lastSeenAt: time(row.lastSeenAt),
    endedAt: maybeTime(row.endedAt),
    acknowledgedAt: maybeTime(row.acknowledgedAt),
    acknowledgedBy: row.acknowledgedBy === null ? null : actorOf(row.acknowledgedBy),
    note: row.note,
  }
}

function stateOf({ endedAt, acknowledgedAt }: AlertRow): AlertState {
  if (endedAt) return 'ended'
  return acknowledgedAt ? 'acknowledged' : 'open'
}

/** `<table> <id>`, or words that name something without a table. */
function subjectOf(subject: string): ShownAlert['subject'] {
  const space = subject.indexOf(' ')
  const [kind, id] = space < 0 ? [subject, ''] : [subject.slice(0, space), subject.slice(space + 1)]
  const prefix = PREFIXES[kind]
  return { kind, id: prefix ? showId(prefix, id) : id }
}
