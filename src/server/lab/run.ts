import { z } from 'zod'
import { NO_ACCIDENT, OFFERED } from './accidents'

/** The highest seed: six digits are enough to write one down. */
export const SEED_MAX = 999_999

const ids = [NO_ACCIDENT, ...OFFERED.map(({ id }) => id)]

/** What one run plays. */
export const labPlan = z.strictObject({
  /** How the shopper presses: once, twice, in two windows at two servers, or 50 times at once. */
  who: z.enum(['one', 'double', 'windows', 'storm']),
  accident: z.string().refine((id) => ids.includes(id), {
    error: `There is no such accident. Send one of: ${ids.join(', ')}`,
  }),
  /** Where a client goes that got no final answer: to the same server, to the other one, or away for good. */
  retry: z.enum(['same', 'other', 'none']),
  /** Decides the key, and the times between presses and retries. The machine decides the rest. */
  seed: z.int().min(0).max(SEED_MAX),
  /** Play the same against the handler without idempotency. */
  naive: z.boolean(),
})
export type LabPlan = z.infer<typeof labPlan>

const LANES = ['client', 'server-a', 'server-b', 'worker', 'database', 'bank'] as const
const lane = z.enum(LANES)
export type LabLane = z.infer<typeof lane>

const labEvent = z.strictObject({
  /** Milliseconds since the first press. */
  at: z.int(),
  from: lane,
  /** Null: it happens at `from` alone. */
  to: lane.nullable(),
  kind: z.enum(['sent', 'answered', 'unanswered', 'step', 'charge', 'accident', 'died', 'recovered']),
  words: z.string(),
})
export type LabEvent = z.infer<typeof labEvent>

const counts = z.strictObject({
  requests: z.int(),
  /** Times that a process took on the work: a claim, or a take-over. Of the naive handler: each request that reached the bank. */
  executions: z.int(),
  /** From the bank’s own journal, never from our tables. */
  charges: z.int(),
  postings: z.int(),
  /** What the bank has taken and not given back, less what the books say. */
  differenceMinor: z.int(),
})
export type LabCounts = z.infer<typeof counts>

const verdict = z.strictObject({
  /** `missed`: the accident did not strike, so the run proves nothing about it. `parked`: the bank contradicts us, and a person decides. */
  kind: z.enum(['held', 'broken', 'missed', 'parked', 'unsettled', 'stopped']),
  reasons: z.array(z.string()),
})
export type LabVerdict = z.infer<typeof verdict>

const side = z.strictObject({
  /** Of the order, in minor units of EUR. */
  amountMinor: z.int(),
  /** The last ones, where there were too many. */
  events: z.array(labEvent),
  eventsLeftOut: z.int(),
  counts: counts.nullable(),
  verdict: verdict.nullable(),
})
export type LabSide = z.infer<typeof side>

export const labRun = z.strictObject({
  plan: labPlan,
  phase: z.enum(['opening', 'pressing', 'settling', 'naive', 'over']),
  startedAt: z.iso.datetime(),
  /** How long it took; null while it runs. */
  ms: z.int().nullable(),
  safe: side,
  /** Null: not asked for, or its step does not exist there. */
  naive: side.nullable(),
  /** What kept the lab itself from running, in words. */
  failed: z.string().nullable(),
})
export type LabRun = z.infer<typeof labRun>

export const labSchedules = z.strictObject({
  seed: z.int(),
  asked: z.int(),
  played: z.int(),
  payments: z.int(),
  charges: z.int(),
  steps: z.int(),
  over: z.boolean(),
  /** The broken law, with the seed and the path that replay it; or what kept it from running. */
  failure: z.string().nullable(),
})
export type LabSchedules = z.infer<typeof labSchedules>

/** What the process of the lab is asked for. */
export type LabOrder = { type: 'run'; plan: LabPlan } | { type: 'schedules'; seed: number } | { type: 'stop' }

/** What it reports: always the whole state, so that a report that is lost costs nothing. */
export type LabReport = { type: 'run'; run: LabRun } | { type: 'schedules'; schedules: LabSchedules }
