import { sql } from '@/platform/db'
import { check } from '@/setup/verify'
import type { ClientTry, History } from './history'
import type { Installation } from './installation'
import { judgeActs } from './judge-acts'
import type { Campaign } from './rounds'

/** @returns everything that is wrong; nothing when the campaign proves what it should */
export async function judge(
  installation: Installation,
  campaign: Campaign,
  history: History,
): Promise<string[]> {
  const { findings, counted } = await check(installation.db, installation.gateway)
  return [
    ...findings.flatMap(({ id, offenders }) =>
      offenders.map(({ subject, detail }) => `${id}: ${subject} ${detail}`),
    ),
    ...oneAnswerPerKey(history.tries),
    ...(await acknowledgedIsDurable(installation, campaign, history.tries)),
    ...(await judgeActs(installation, campaign.acts, history)),
    ...(await onlyContradictionsAreParked(installation)),
    ...(await everyClientIsAnswered(installation, campaign)),
    ...(counted.succeeded > 0 && counted.declined > 0
      ? []
      : ['positive control: no payment succeeded, or none was declined']),
  ]
}

/** I5: all final answers to one key have one status and one body. */
export function oneAnswerPerKey(lines: readonly ClientTry[]): string[] {
  const answers = new Map<string, string>()
  return lines.flatMap(({ key, outcome, status, sha }) => {
    if (outcome !== 'answer') return []
    const answer = `${status} ${sha}`
    const first = answers.get(key) ?? answer
    answers.set(key, first)
    return first === answer ? [] : [`two answers to one key: ${key}`]
  })
}

/** I4: every client that was told of a payment has one that succeeded. A program that wants to capture by itself is told of none yet. */
async function acknowledgedIsDurable(
  installation: Installation,
  { purchases, acts }: Campaign,
  lines: readonly ClientTry[],
): Promise<string[]> {
  const payments = acts.filter(({ played, body }) => played === 'payment' && !('capture' in body))
  const bought = new Set([...purchases, ...payments].map(({ key }) => key))
  const told = lines.filter(
    ({ key, outcome, status }) => bought.has(key) && outcome === 'answer' && [200, 201].includes(status ?? 0),
  )
  const acknowledged = [...new Set(told.map(({ key }) => key))]
  const rows = await installation.db.$queryRaw<{ key: string }[]>(sql`
    SELECT r.key FROM idempotency_record r JOIN payment p ON p.merchant_id = r.merchant_id AND p.id = r.subject_id WHERE p.status = 'succeeded'`)
  const succeeded = new Set(rows.map(({ key }) => key))
  return acknowledged
    .filter((key) => !succeeded.has(key))
    .map((key) => `a client was told that it had paid, and no payment succeeded: ${key}`)
}

/** A payment is parked only because the bank contradicts us (another amount or currency than we asked for). */
async function onlyContradictionsAreParked(installation: Installation): Promise<string[]> {
  const rows = await parkedRecords(installation)
  return rows
    .filter(({ reason }) => !reason.includes('we asked for'))
    .map(({ key, reason }) => `parked without a contradiction: ${key}, ${reason}`)
}

/** Every client that insisted got an answer, unless its payment is parked. */
async function everyClientIsAnswered(installation: Installation, campaign: Campaign): Promise<string[]> {
  const waiting = new Set((await parkedRecords(installation)).map(({ key }) => key))
  return campaign.unanswered
    .filter(({ key }) => !waiting.has(key))
    .map(({ key }) => `a client retried for two minutes and got no answer: ${key}`)
}

function parkedRecords(installation: Installation): Promise<{ key: string; reason: string }[]> {
  return installation.db.$queryRaw(
    sql`SELECT key, parked_reason AS reason FROM idempotency_record WHERE parked_at IS NOT NULL`,
  )
}
