import { createHash } from 'node:crypto'
import { subjectIdOf } from '@payonce/idempotency'
import { openBankAccounts } from '@/ledger/chart'
import { post } from '@/ledger/post'
import { disputeLoss } from '@/ledger/posting'
import { showId } from '@/lib/id'
import { isCurrency } from '@/lib/money'
import { commit } from '@/platform/commit'
import type { Db, Sql, Write } from '@/platform/db'
import { emit } from '@/platform/outbox'
import type { DisputeState, Gateway } from '../gateway'
import { type DueDispute, dueDisputes, insertLoss, laterDispute, settleDispute } from './dispute-store'

export interface DisputesDeps {
  db: Db
  gateway: Gateway
  newId: () => string
  report: (event: DisputeEvent) => void
  /** Disputes that are asked for in a run. */
  disputesMax?: number
}

export type DisputeEvent =
  /** The bank did not say how a dispute stands: it is asked again. */
  | { kind: 'dispute-silent'; dispute: string; reason: string }
  /** An alert: the bank knows nothing of a dispute for which it has taken money, or it cannot be posted. */
  | { kind: 'dispute-unclear'; dispute: string; reason: string }
  /** In minor units; negative: what was lost came back. */
  | { kind: 'dispute-posted'; dispute: string; lostMinor: bigint }

/** 100 in a run: one request each, and a run is every few minutes. */
const DISPUTES_MAX = 100
/** In seconds. 6 h: a dispute takes weeks, and its end is told by an event; this is for one that was lost. */
const OPEN_AGAIN_S = 6 * 3_600
/** 5 min after a bank that did not answer. */
const SILENT_AGAIN_S = 300

/**
 * Asks the bank how disputes stand that are due, and posts what was lost: what the bank has taken of a lost one, in all its movements, less what
 * was posted before. So an amount that is given back later, in part too, comes right again by the same rule, and a second look posts
 * nothing. Any number may run at once, and each may be killed at any moment: the posting is in the commit of its own row, and a movement that
 * comes meanwhile has the dispute looked at again.
 */
export async function checkDisputes(deps: DisputesDeps): Promise<void> {
  const { db, gateway, disputesMax = DISPUTES_MAX } = deps
  for (const dispute of await dueDisputes(db, gateway.name, disputesMax)) await checkDispute(deps, dispute)
}

async function checkDispute(deps: DisputesDeps, dispute: DueDispute): Promise<void> {
  const { db, gateway, report } = deps
  const found = await gateway.dispute(dispute.ref)
  if (found.kind === 'dispute') return settle(deps, dispute, found.state)
  if (found.kind === 'unknown') report({ kind: 'dispute-silent', dispute: dispute.ref, reason: found.reason })
  else report({ kind: 'dispute-unclear', dispute: dispute.ref, reason: 'the bank knows of no such dispute' })
  await db.$executeRaw(laterDispute(dispute, found.kind === 'unknown' ? SILENT_AGAIN_S : OPEN_AGAIN_S))
}

async function settle(deps: DisputesDeps, dispute: DueDispute, state: DisputeState): Promise<void> {
  const { db, newId, report } = deps
  const lostMinor = lossNow(dispute, state)
  if (lostMinor !== 0n && !isCurrency(dispute.currency)) {
    report({ kind: 'dispute-unclear', dispute: dispute.ref, reason: 'its currency is not known' })
    return void (await db.$executeRaw(laterDispute(dispute, OPEN_AGAIN_S)))
  }
  const { writes, before } = lostMinor === 0n ? NOTHING : lossWrites(dispute, lostMinor)
  const row: Write = {
    name: OWN_ROW,
    rows: 1,
    sql: settleDispute(dispute, state, againSeconds(dispute, state)),
  }
  const untold = untoldOf(dispute, state)
  // In the order of their ids, as they are shown and sent.
  const ids = untold.map(() => newId()).toSorted()
  const toldNow = untold.map((now, at) => disputeEvent(dispute, now, ids[at] as string))
  const result = await commit(db, [row, ...writes, ...toldNow], before)
  if (!result.committed && result.refusedBy !== OWN_ROW)
    throw new Error(`the commit of a dispute was refused by "${result.refusedBy}"`)
  if (result.committed && lostMinor !== 0n)
    report({ kind: 'dispute-posted', dispute: dispute.ref, lostMinor })
}

const OWN_ROW = 'dispute'
const NOTHING: { writes: Write[]; before: Sql[] } = { writes: [], before: [] }

/** What is lost and not posted yet, in minor units. Pure. Only a dispute that the bank calls lost has lost anything. */
export function lossNow(
  { takenMinor, lostMinor }: Pick<DueDispute, 'takenMinor' | 'lostMinor'>,
  state: DisputeState,
): bigint {
  return (state === 'lost' ? takenMinor : 0n) - lostMinor
}

/**
 * What its merchant is told, in order. Pure. The first answer of the bank always begins with *open*, also where it has ended meanwhile; one that is
 * open again, after an appeal, is told again.
 */
export function untoldOf(
  { state, wasAsked }: Pick<DueDispute, 'state' | 'wasAsked'>,
  now: DisputeState,
): DisputeState[] {
  if (!wasAsked) return now === 'open' ? ['open'] : ['open', now]
  return now === state ? [] : [now]
}

const TOLD = { open: 'opened', won: 'won', lost: 'lost', closed: 'closed' } as const satisfies Record<
  DisputeState,
  string
>

/** Its subject is the payment, whose page shows it; without one, an id that the dispute determines. */
function disputeEvent(dispute: DueDispute, state: DisputeState, id: string): Write {
  const { merchantId, ref, chargeRef, paymentId, currency, disputedMinor } = dispute
  const status = TOLD[state]
  const payload = {
    dispute: ref,
    payment: paymentId === null ? null : showId('pay', paymentId),
    charge: chargeRef,
    amount: Number(disputedMinor),
    currency,
    status,
  }
  const subjectId = paymentId ?? ownId('dispute', dispute)
  return emit({ merchantId, id, type: `dispute.${status}`, subjectId, payload })
}

/** Seconds until it is looked at again; null: only when another movement comes. One that did not end badly is followed until its money is back. */
function againSeconds({ takenMinor }: DueDispute, state: DisputeState): number | null {
  return state === 'open' || (state !== 'lost' && takenMinor !== 0n) ? OPEN_AGAIN_S : null
}

function lossWrites(dispute: DueDispute, amountMinor: bigint): { writes: Write[]; before: Sql[] } {
  const { merchantId, ref, currency } = dispute
  if (!isCurrency(currency)) throw new Error(`dispute ${ref} is in the unknown currency ${currency}`)
  const number = dispute.postings + 1
  const transactionId = lossId(dispute, number)
  const description =
    amountMinor > 0n ? `Dispute ${ref} was lost` : `Dispute ${ref}: what was lost has come back`
  const posting = disputeLoss({ merchantId, amountMinor, currency, description })
  return {
    writes: [
      ...post(posting, transactionId),
      {
        name: 'dispute-loss',
        rows: 1,
        sql: insertLoss(dispute, { number, amountMinor, transactionId }),
      },
    ],
    before: [openBankAccounts(merchantId, currency)],
  }
}

/** Id of a dispute's posting, determined by the dispute and the posting's number: it cannot be posted a second time under another one. */
export function lossId(dispute: Pick<DueDispute, 'merchantId' | 'gateway' | 'ref'>, number: number): string {
  return ownId('dispute-loss', dispute, number)
}

function ownId(
  what: string,
  { merchantId, gateway, ref }: Pick<DueDispute, 'merchantId' | 'gateway' | 'ref'>,
  ...more: number[]
): string {
  const name = JSON.stringify([what, merchantId, gateway, ref, ...more])
  return subjectIdOf(createHash('sha256').update(name).digest('base64url'))
}
