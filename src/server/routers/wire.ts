import { TRPCError } from '@trpc/server'
import { z } from 'zod'
import type { AttemptRow } from '@/idempotency/stores/read'
import type { JournalTransaction } from '@/ledger/read'
import { type IdPrefix, readId, showId } from '@/lib/id'
import { MAX_MINOR } from '@/lib/money'
import type { Offender } from '@/platform/integrity'

/** How the dashboard's procedures say things in JSON: amounts as integers, times as RFC 3339, ids with their prefix. */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const MICROS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/

/** Words to look for. A control character is in none of ours, and PostgreSQL refuses U+0000. */
export const words = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .regex(/^\P{Cc}*$/u)

export const pageSize = z.number().int().min(1).max(100).default(25)
export const instant = z.iso.datetime({ offset: true })
const amountOut = z.number().int()
const timeOut = z.string()

/** Refuses what JSON would round. */
export function amount(minor: bigint): number {
  if (minor > MAX_MINOR || minor < -MAX_MINOR) {
    throw new TRPCError({
      code: 'INTERNAL_SERVER_ERROR',
      message: `${minor} minor units are more than JSON carries exactly`,
    })
  }
  return Number(minor)
}

export function time(at: Date): string {
  return at.toISOString()
}

export function maybeTime(at: Date | null): string | null {
  return at?.toISOString() ?? null
}

/** The UUID behind a shown id. One that is not ours is simply not found: whose it might be is not told. */
export function uuidOf(prefix: IdPrefix, shown: string): string {
  return readId(prefix, shown) ?? notFound()
}

export function notFound(): never {
  throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such thing here' })
}

/** A place in a list, opaque to its reader: values joined and encoded. */
export function writeCursor(...parts: (string | number)[]): string {
  return Buffer.from(parts.join('|')).toString('base64url')
}

const badCursor = () => new TRPCError({ code: 'BAD_REQUEST', message: 'This cursor is not one of ours' })

/** A cursor of (time, UUID or text id). */
export function readTimeCursor(
  cursor: string | undefined,
  id: RegExp = UUID,
): { at: string; id: string } | null {
  if (cursor === undefined) return null
  const [at = '', rest = ''] = Buffer.from(cursor, 'base64url').toString().split('|')
  if (!MICROS.test(at) || !id.test(rest)) throw badCursor()
  return { at, id: rest }
}

/** A cursor of (UUID, position). */
export function readLineCursor(
  cursor: string | undefined,
): { transactionId: string; position: number } | null {
  if (cursor === undefined) return null
  const [transactionId = '', position = ''] = Buffer.from(cursor, 'base64url').toString().split('|')
  if (!UUID.test(transactionId) || !/^\d{1,4}$/.test(position)) throw badCursor()
  return { transactionId, position: Number(position) }
}

/** One row more than asked for was read: it tells whether there is another page, and is not shown. */
export function paged<Row, Shown>(
  rows: Row[],
  limit: number,
  show: (row: Row) => Shown,
  cursor: (row: Row) => string,
) {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(show),
    nextCursor: rows.length > limit && last !== undefined ? cursor(last) : null,
  }
}

export const countsOut = z.object({
  executed: z.number(),
  replayed: z.number(),
  joined: z.number(),
  rejected: z.number(),
  recovered: z.number(),
  held: z.number(),
  strip: z.array(z.string()),
})

export function counts({
  executed,
  replayed,
  joined,
  rejected,
  recovered,
  held,
  strip,
}: z.infer<typeof countsOut>) {
  return { executed, replayed, joined, rejected, recovered, held, strip }
}

export const attemptOut = z.object({
  id: z.string(),
  recordId: z.string(),
  operation: z.string(),
  outcome: z.string(),
  presses: z.number(),
  status: z.number(),
  problem: z.string().nullable(),
  source: z.string(),
  requestId: z.string(),
  worker: z.string(),
  fence: z.number().nullable(),
  at: timeOut,
  durationMs: z.number(),
})

export function attempt(row: AttemptRow): z.infer<typeof attemptOut> {
  return { ...row, id: showId('att', row.id), at: time(row.at) }
}

export const transactionOut = z.object({
  id: z.string(),
  kind: z.string(),
  description: z.string(),
  paymentId: z.string().nullable(),
  reverses: z.string().nullable(),
  reversedBy: z.string().nullable(),
  postedAt: timeOut,
  entries: z.array(
    z.object({
      position: z.number(),
      accountId: z.string(),
      code: z.string(),
      name: z.string(),
      type: z.string(),
      currency: z.string(),
      amount: amountOut,
    }),
  ),
})

export function transaction(row: JournalTransaction): z.infer<typeof transactionOut> {
  return {
    ...row,
    id: showId('txn', row.id),
    paymentId: row.paymentId && showId('pay', row.paymentId),
    reverses: row.reverses && showId('txn', row.reverses),
    reversedBy: row.reversedBy && showId('txn', row.reversedBy),
    postedAt: time(row.postedAt),
    entries: row.entries.map((entry) => ({
      ...entry,
      accountId: showId('acc', entry.accountId),
      amount: amount(entry.amount),
    })),
  }
}

export const offenderOut = z.object({ kind: z.string(), id: z.string(), detail: z.string() })

/** The prefix that ids of a table are shown with. */
const PREFIXES: Record<string, IdPrefix> = {
  payment: 'pay',
  orders: 'ord',
  order_item: 'ord',
  ledger_transaction: 'txn',
  account: 'acc',
  outbox_event: 'evt',
}

/** A subject is `<table> <id>`, or whatever else the thing is called. */
export function offender({ subject, detail }: Offender): z.infer<typeof offenderOut> {
  const [kind = '', id = ''] = subject.split(' ')
  const prefix = PREFIXES[kind]
  return { kind, id: prefix ? showId(prefix, id) : id, detail }
}
