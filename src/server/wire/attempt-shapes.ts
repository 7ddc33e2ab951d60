import { z } from 'zod'
import type { AttemptRow } from '@/idempotency/stores/read'
import { showId } from '@/lib/id'
import { time } from './json'

/** Attempts on the dashboard: how many of each outcome, and one by one. */

export const countsOut = z.object({
  executed: z.number(),
  replayed: z.number(),
  joined: z.number(),
  rejected: z.number(),
  ambiguous: z.number(),
  recovered: z.number(),
  held: z.number(),
  strip: z.array(z.string()),
})

export function showCounts({
  executed,
  replayed,
  joined,
  rejected,
  ambiguous,
  recovered,
  held,
  strip,
}: z.infer<typeof countsOut>) {
  return { executed, replayed, joined, rejected, ambiguous, recovered, held, strip }
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
  at: z.string(),
  durationMs: z.number(),
  askedMs: z.number().nullable(),
  answeredMs: z.number().nullable(),
})

export function showAttempt(row: AttemptRow): z.infer<typeof attemptOut> {
  return { ...row, id: showId('att', row.id), at: time(row.at) }
}
