import { sql } from '@/platform/db'
import { check } from '../verify'
import { ACCIDENTS, BANK_FAULTS } from './accidents'
import type { History, Line } from './history'
import type { Campaign } from './rounds'
import type { World } from './world'

/** All that is wrong; nothing, when the campaign proves what it should. */
export async function judge(world: World, campaign: Campaign, history: History): Promise<string[]> {
  const { findings, counted } = await check(world.db)
  return [
    ...findings.flatMap(({ id, offenders }) => offenders.map(({ subject, detail }) => `${id}: ${subject} ${detail}`)),
    ...oneAnswerPerKey(history.lines),
    ...(await acknowledgedIsDurable(world, history.lines)),
    ...(await onlyContradictionsAreParked(world)),
    ...campaign.unanswered.map(({ key }) => `a client insisted for a minute and had no answer: ${key}`),
    ...(await unseen(world)),
    ...(counted.succeeded > 0 && counted.declined > 0 ? [] : ['positive control: nothing was charged, or nothing was declined']),
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
  const told = [...new Set(lines.filter(({ outcome, status }) => outcome === 'answer' && status === 200).map(({ key }) => key))]
  const rows = await world.db.$queryRaw<{ key: string }[]>(sql`
    SELECT r.key FROM idempotency_record r JOIN payment p ON p.merchant_id = r.merchant_id AND p.id = r.subject_id WHERE p.status = 'succeeded'`)
  const succeeded = new Set(rows.map(({ key }) => key))
  return told.filter((key) => !succeeded.has(key)).map((key) => `a client was told of a payment that is not there: ${key}`)
}

/** Whatever waits for a person waits because the bank contradicts itself, and for no other reason. */
async function onlyContradictionsAreParked(world: World): Promise<string[]> {
  const rows = await world.db.$queryRaw<{ key: string; reason: string }[]>(
    sql`SELECT key, parked_reason AS reason FROM idempotency_record WHERE parked_at IS NOT NULL`,
  )
  return rows
    .filter(({ reason }) => !/amount|currency|contradict/i.test(reason))
    .map(({ key, reason }) => `parked for no good reason: ${key}, ${reason}`)
}

/** I24: each accident happened at least once, or this run says nothing about it. */
async function unseen(world: World): Promise<string[]> {
  const bank = await world.bankFaults()
  return ACCIDENTS.filter(({ id }) => !((BANK_FAULTS[id] ? bank[BANK_FAULTS[id]] : world.seen.get(id)) ?? 0)).map(
    ({ id, says }) => `${id} never happened (${says})`,
  )
}
