import type { Db } from '@/platform/db'
import type { BankMovement, Gateway } from '../gateway'
import { nextPosition, readPosition, writePosition } from '../reconciler/list-position'
import { checkDisputes, type DisputeEvent } from './disputes'
import { type Judgement, judge } from './judge'
import { knownOf } from './known'
import { judgedOf, type SettleDeps, settleMovement } from './settle'
import { lockMovements, statesOf, unsettledMovements, writeMovements } from './store'

export interface MovementsDeps {
  db: Db
  gateway: Gateway
  newId: () => string
  /** True: the account is one merchant's own. Then its movements are compared with their books alone, whatever key they name. */
  ownersOnly?: boolean
  /** The merchant whose account the bank's account is: what no payment explains is theirs. Null: there is none yet. */
  owner: () => Promise<string | null>
  report: (event: MovementEvent) => void
  limits?: Partial<typeof LIMITS>
  /** Disputes that are asked for in a run. */
  disputesMax?: number
}

export type MovementEvent =
  | { kind: 'movements-read'; movements: number }
  /** The bank's list could not be read: the next run begins at the same position. */
  | { kind: 'movements-silent'; reason: string }
  | { kind: 'movement-posted'; movement: BankMovement; rule: string }
  /** An alert: a movement that nothing explains. */
  | { kind: 'difference'; movement: BankMovement; rule: string }
  | DisputeEvent

export interface MovementsJudged {
  read: number
  /** Events that need a person. */
  differences: number
}

const LIMITS = {
  page: 500,
  /** 50,000 movements a run; a longer list is read on in the next. */
  pages: 100,
  /** Movements that are judged again in a run. */
  unsettled: 500,
}

/** Name under which the position in a gateway's list of movements is kept. */
export function movementsOf(gateway: string): string {
  return `${gateway}:movements`
}

/**
 * Compares the bank's own list of movements with our ledger: each is matched with its posting, explained by a rule that posts it, or a
 * difference. Any number may run at once, and each may be killed at any moment: a movement is posted in the commit of its own row, and the
 * position moves only after its page is judged.
 */
export async function reconcileMovements(deps: MovementsDeps): Promise<MovementsJudged> {
  const tally: MovementsJudged = { read: 0, differences: 0 }
  const report = (event: MovementEvent) => {
    if (event.kind === 'movements-read') tally.read += event.movements
    if (event.kind === 'difference') tally.differences += 1
    deps.report(event)
  }
  const owner = await deps.owner()
  if (owner === null) return tally
  const { gateway, db, newId } = deps
  const run = { ...deps, report, owner, limits: { ...LIMITS, ...deps.limits } }
  const settling = { db, newId, gateway: gateway.name }
  // Before the list: what was under way when it was read last may be settled by now.
  await judgeAll(run, settling, await unsettledMovements(db, gateway.name, run.limits.unsettled))
  await readList(run, settling)
  // After the list: a dispute that ended before its movement was read is settled in the same run.
  await checkDisputes(run)
  return tally
}

type Run = Omit<MovementsDeps, 'owner'> & { owner: string; limits: typeof LIMITS }

async function readList(run: Run, settling: SettleDeps): Promise<void> {
  const list = movementsOf(run.gateway.name)
  /** Cursor behind movements that the bank dated ahead of our clock. Never stored: ordinary ones will yet come before them. */
  let ahead: string | null = null
  for (let pages = 0; pages < run.limits.pages; pages++) {
    const { stored, position, now } = await readPosition(run.db, list)
    const page = await run.gateway.movements({
      since: position.since,
      after: ahead ?? position.after,
      limit: run.limits.page,
    })
    if (page.kind === 'unlisted') return
    if (page.kind === 'unknown') return run.report({ kind: 'movements-silent', reason: page.reason })
    run.report({ kind: 'movements-read', movements: page.movements.length })
    await judgeAll(run, settling, page.movements)
    if (ahead === null) {
      const to = nextPosition(position, { charges: page.movements, next: page.next }, now)
      await writePosition(run.db, list, stored, to)
      ahead = to.after === null ? page.next : null
    } else ahead = page.next
    if (page.next === null) return
  }
}

/**
 * Judges movements, oldest first. Those that match are written together, which are nearly all; what must be posted has a commit each, and is
 * judged again before it, since it may follow from one of the same page.
 */
async function judgeAll(run: Run, settling: SettleDeps, movements: BankMovement[]): Promise<void> {
  const { db, gateway, owner, ownersOnly = false } = run
  const states = await statesOf(
    db,
    gateway.name,
    movements.map(({ ref }) => ref),
  )
  const todo = movements.filter(({ ref }) => !isSettled(states.get(ref)))
  const known = await knownOf(db, { gateway: gateway.name, owner, ownersOnly }, todo)
  const judged = todo.flatMap((movement) => {
    const of = known.get(movement.ref)
    return of ? [{ movement, judgement: judge(movement, of) }] : []
  })
  const plain = judged.filter(({ judgement }) => isPlain(judgement))
  if (plain.length > 0)
    await db.$transaction([
      db.$executeRaw(lockMovements(gateway.name)),
      db.$executeRaw(
        writeMovements(
          gateway.name,
          plain.map(({ movement, judgement }) => judgedOf(movement, judgement)),
        ),
      ),
    ])
  for (const { movement, judgement } of judged)
    if (!isPlain(judgement)) await judgeOne(run, settling, movement, states.get(movement.ref))
}

async function judgeOne(
  run: Run,
  settling: SettleDeps,
  movement: BankMovement,
  before: string | undefined,
): Promise<void> {
  const { owner, ownersOnly = false } = run
  const account = { gateway: run.gateway.name, owner, ownersOnly }
  const known = (await knownOf(run.db, account, [movement])).get(movement.ref)
  if (!known) return
  const judgement = judge(movement, known)
  // Reported first: killed in between, operators are alerted twice rather than never.
  if (judgement.state === 'difference' && before !== 'difference')
    run.report({ kind: 'difference', movement, rule: judgement.rule })
  if ((await settleMovement(settling, movement, judgement)) && judgement.state === 'explained')
    run.report({ kind: 'movement-posted', movement, rule: judgement.rule })
}

function isSettled(state: string | undefined): boolean {
  return state === 'matched' || state === 'explained'
}

/** It has a posting already, and needs nothing beside it. */
function isPlain(judgement: Judgement): boolean {
  return judgement.state === 'matched' && (judgement.feeMinor ?? 0n) === 0n
}
