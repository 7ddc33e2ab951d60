import { sql } from '@/platform/db'
import { check } from '@/setup/verify'
import { type Accident, BANK_FAULTS } from './accidents'
import type { History, Line } from './history'
import type { Campaign } from './rounds'
import type { World } from './world'

/** All that is wrong; nothing, when the campaign proves what it should. */
export async function judge(
  world: World,
  campaign: Campaign,
  history: History,
  accidents: readonly Accident[],
): Promise<string[]> {
  const { findings, counted } = await check(world.db)
  return [
    ...findings.flatMap(({ id, offenders }) =>
      offenders.map(({ subject, detail }) => `${id}: ${subject} ${detail}`),
    ),
    ...oneAnswerPerKey(history.lines),
    ...(await acknowledgedIsDurable(world, history.lines)),
    ...(await onlyContradictionsAreParked(world)),
    ...(await nobodyIsForgotten(world, campaign)),
    ...(await unseen(world, accidents)).map(({ id, says }) => `${id} never happened (${says})`),
    ...(counted.succeeded > 0 && counted.declined > 0
      ? []
      : ['positive control: nothing was charged, or nothing was declined']),
  ]
}

/** I5: one status and one body among all the final answers to one key. */
function oneAnswerPerKey(lines: readonly Line[]): string[] {
  const answers = new Map<string, string>()
  return lines.flatMap(({ key, outcome, status, sha }) => {
    if (outcome !== 'answer') return []
    const answer = `${status} ${sha}`
    const first = answers.get(key) ?? answer
    answers.set(key, first)
    return first === answer ? [] : [`two answers to one key: ${key}`]
  })
}

/** I4: whoever was told that it succeeded finds a payment that did. */
async function acknowledgedIsDurable(world: World, lines: readonly Line[]): Promise<string[]> {
  const told = [
    ...new Set(
      lines.filter(({ outcome, status }) => outcome === 'answer' && status === 200).map(({ key }) => key),
    ),
  ]
  const rows = await world.db.$queryRaw<{ key: string }[]>(sql`
    SELECT r.key FROM idempotency_record r JOIN payment p ON p.merchant_id = r.merchant_id AND p.id = r.subject_id WHERE p.status = 'succeeded'`)
  const succeeded = new Set(rows.map(({ key }) => key))
  return told
    .filter((key) => !succeeded.has(key))
    .map((key) => `a client was told of a payment that is not there: ${key}`)
}

/** Whatever waits for a person waits because the bank contradicts itself, and for no other reason. */
async function onlyContradictionsAreParked(world: World): Promise<string[]> {
  const rows = await parkedRecords(world)
  return rows
    .filter(({ reason }) => !reason.includes('we asked for'))
    .map(({ key, reason }) => `parked for no good reason: ${key}, ${reason}`)
}

/** Whoever insisted had an answer, but for those whose payment waits for a person. */
async function nobodyIsForgotten(world: World, campaign: Campaign): Promise<string[]> {
  const waiting = new Set((await parkedRecords(world)).map(({ key }) => key))
  return campaign.unanswered
    .filter(({ key }) => !waiting.has(key))
    .map(({ key }) => `a client insisted for a minute and had no answer: ${key}`)
}

function parkedRecords(world: World): Promise<{ key: string; reason: string }[]> {
  return world.db.$queryRaw(
    sql`SELECT key, parked_reason AS reason FROM idempotency_record WHERE parked_at IS NOT NULL`,
  )
}

/** I24: each accident happened at least once, or this run says nothing about it. */
export async function unseen(world: World, accidents: readonly Accident[]): Promise<Accident[]> {
  const bank = await world.bank.faults()
  const times = ({ id }: Accident) => (BANK_FAULTS[id] ? bank.get(BANK_FAULTS[id]) : world.seen.get(id)) ?? 0
  return accidents.filter((accident) => times(accident) === 0)
}
