import type { AnyOperation, Finish } from '@payonce/idempotency'
import type { Problem } from '@payonce/idempotency/problems'
import type { SqlForm } from '@payonce/idempotency/sql'
import { z } from 'zod'
import { type AnswerCipher, encryptAnswer } from '@/idempotency/stores/encrypted-store'
import { settleParked } from '@/idempotency/stores/record-sql'
import { openBankAccounts } from '@/ledger/chart'
import type { Actor } from '@/lib/actor'
import { isCurrency } from '@/lib/money'
import { audit, changesBetween } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, firstRow, type Sql, sql, type Write } from '@/platform/db'
import type { ChargeOutcome } from '../charge'
import { askForReturn } from '../reconciler/stray-return'
import { findParkedSurplus, recordWrites, writesOfDecision } from '../reconciler/surplus'
import type { RefundEffect } from '../refund'
import { decidedBy } from '../refund-request'
import { type CaseId, caseRows, findCase, lockCase, type ParkedCase } from './parked-case'
import {
  CHANGED,
  findResolution,
  isForgotten,
  isFree,
  NO_RESOLUTION,
  type ResolutionRow,
  refused,
  whyNotOpen,
  wordsOf,
  YOUR_OWN,
} from './resolution'

export interface ConfirmDeps {
  db: Db
  newId: () => string
  /** Encrypts the answer that the key gets. */
  cipher: AnswerCipher
  /** The operation that a record is of, by its name. */
  operationOf(name: string): AnyOperation<SqlForm> | null
  /** Whether charges at the installation's account of the bank that no payment explains are this merchant's. */
  ownsInstallation: boolean
  /** Time for which the bank remembers a key, in ms. */
  remembersForMs: number
}

/** What a confirmed end does: its writes, what comes before them in the commit, and the posting of a charge that is kept. */
interface Effect {
  writes: Write[]
  before: Sql[]
  transactionId: string | null
}

/**
 * Confirms a proposal by another admin: the decision and its effect are one commit, made once, and only while the facts are as they were shown.
 * A repeat finds it confirmed.
 * @returns the problem; null: it is confirmed, also by an earlier try or by another admin at the same moment
 */
export async function confirmResolution(
  deps: ConfirmDeps,
  { merchantId, id }: { merchantId: string; id: string },
  by: Actor,
): Promise<Problem | null> {
  const { db, newId, ownsInstallation } = deps
  const found = await findResolution(db, merchantId, id)
  if (!found) return NO_RESOLUTION
  if (found.actor === by.name) return YOUR_OWN
  if (found.status === 'confirmed') return null
  const ended = whyNotOpen(found)
  if (ended) return ended
  const subject: CaseId = { merchantId, kind: found.kind, subject: found.subject, ownsInstallation }
  const parked = await findCase(db, subject)
  const effect = parked ? await effectOf(deps, merchantId, found, parked) : { problem: CHANGED }
  // Another may have confirmed it since it was read.
  if ('problem' in effect) return unlessConfirmed(db, merchantId, id, effect.problem)
  const { writes, before, transactionId } = effect
  const decision = confirmed(found, subject, transactionId, by)
  const detail = `${wordsOf(found)}; proposed by ${found.actor}; evidence: ${found.evidence}`
  const entry = audit({
    merchantId,
    id: newId(),
    by,
    action: 'resolution.confirmed',
    subject: id,
    detail,
    changes: changesBetween({ status: 'open' }, { status: 'confirmed' }),
  })
  const result = await commit(db, [decision, ...writes, entry], [lockCase(subject), ...before])
  return result.committed ? null : whyNotConfirmed(db, merchantId, id, by)
}

/** The database checks again that these are two admins, and who may confirm (trigger resolution_move_is_legal). */
function confirmed(
  { id, actor, bankRef }: ResolutionRow,
  subject: CaseId,
  transactionId: string | null,
  by: Actor,
): Write {
  return {
    name: 'resolution',
    rows: 1,
    sql: sql`
      UPDATE resolution r SET status = 'confirmed', transaction_id = ${transactionId}::uuid, ${decidedBy(by)} FROM ${caseRows(subject)} c
      WHERE r.merchant_id = ${subject.merchantId}::uuid AND r.id = ${id}::uuid AND r.status = 'open' AND r.expires_at > now()
        AND r.actor <> ${by.name} AND r.facts = c.facts AND ${isFree(bankRef)} AND may_approve_refunds(r.merchant_id, ${by.name})
        AND EXISTS (SELECT FROM operator o WHERE o.merchant_id = r.merchant_id AND 'operator:' || o.id = ${actor} AND o.role = 'admin')
      RETURNING 1`,
  }
}

async function effectOf(
  deps: ConfirmDeps,
  merchantId: string,
  found: ResolutionRow,
  parked: ParkedCase,
): Promise<Effect | { problem: Problem }> {
  const { db, newId } = deps
  switch (found.kind) {
    case 'payment':
    case 'refund':
      return effectOnRecord(deps, merchantId, found, parked)
    case 'surplus': {
      const surplus = await findParkedSurplus(db, merchantId, found.subject)
      if (!surplus) return { problem: CHANGED }
      const decision = writesOfDecision(surplus, found.ending, newId)
      const before = found.ending === 'keep' ? [openBankAccounts(merchantId, surplus.currency)] : []
      return { ...decision, before }
    }
    case 'stray': {
      const [charge] = parked.facts.charges
      if (!charge || !isCurrency(charge.currency)) return { problem: CHANGED }
      const amount = BigInt(charge.amount) - BigInt(charge.refunded)
      if (found.paymentId === null) return returnOf(deps, merchantId, found, charge, amount)
      const surplus = {
        merchantId,
        paymentId: found.paymentId,
        gatewayRef: charge.ref,
        transactionId: newId(),
        amount,
        currency: charge.currency,
        tries: 0,
      }
      return { ...recordWrites(surplus, newId), transactionId: null }
    }
  }
}

/** Order and payment are lost: nothing is posted here, as the bank's movements tell both the charge and its return. */
function returnOf(
  { remembersForMs }: ConfirmDeps,
  merchantId: string,
  { id, subject }: ResolutionRow,
  { currency }: { currency: string },
  amount: bigint,
): Effect {
  const stillStray: Write = {
    name: 'stray',
    rows: 1,
    sql: sql`SELECT 1 WHERE ${isForgotten(subject, remembersForMs)}`,
  }
  const asked = askForReturn({ merchantId, resolutionId: id, ref: subject, amount, currency })
  return { writes: [stillStray, asked], before: [], transactionId: null }
}

/** The end of a payment or a refund: what its operation writes for such an answer of the bank, and the answer that its key gets. */
async function effectOnRecord(
  { operationOf, cipher }: ConfirmDeps,
  merchantId: string,
  found: ResolutionRow,
  { recordId, operation: name }: ParkedCase,
): Promise<Effect | { problem: Problem }> {
  const operation = name === null ? null : operationOf(name)
  const begun = await operation?.recall(merchantId, found.subject)
  if (!operation || !begun || recordId === null) return { problem: CHANGED }
  const contrary = found.kind === 'payment' ? contradicts(found, await lastLook(operation, begun)) : null
  if (contrary) return { problem: refused(contrary) }
  const next: Finish<SqlForm> = operation.finish(begun, outcomeOf(found))
  if (next.to !== 'completed') throw new Error(`the end "${found.ending}" of ${name} is no end`)
  const answer = await encryptAnswer(cipher, { merchantId, id: recordId }, next.answer)
  const record: Write = { name: 'record', rows: 1, sql: settleParked(merchantId, recordId, answer) }
  // The charge stays in `open_charge`, which is part of the facts: the reconciler drops it at its next look.
  return { writes: [record, ...next.writes], before: [], transactionId: null }
}

function outcomeOf({ ending, bankRef }: ResolutionRow): ChargeOutcome | RefundEffect {
  switch (ending) {
    case 'charged':
      // The card is not known. The bank's fee is posted when its list of movements shows it.
      return { kind: 'approved', ref: bankRef ?? '', cardLabel: 'Card', feeMinor: 0n }
    case 'not-charged':
      return { kind: 'not-charged' }
    case 'return':
      return { kind: 'not-charged', givenBack: true }
    case 'refunded':
      return { kind: 'refunded', ref: bankRef ?? '' }
    default:
      return { kind: 'not-made' }
  }
}

/**
 * Asks the bank once more, which never charges: of a key that it does not know it makes sure that it never will. A refund is not asked
 * about, since asking is to send it again.
 */
async function lastLook(operation: AnyOperation<SqlForm>, begun: unknown): Promise<ChargeOutcome> {
  try {
    return await operation.find(begun)
  } catch (error) {
    return { kind: 'unknown', reason: String(error) }
  }
}

/** Why the bank's own answer does not agree with the proposed end; null: it does, or the bank does not say. Pure. */
export function contradicts(
  { ending, bankRef }: Pick<ResolutionRow, 'ending' | 'bankRef'>,
  outcome: ChargeOutcome,
): string | null {
  switch (outcome.kind) {
    case 'approved':
      if (ending === 'charged')
        return outcome.ref === bankRef
          ? null
          : `The bank says that it charged this payment as ${outcome.ref}. ${ASK_INSTEAD}`
      return ending === 'return' ? null : `The bank says that it charged this payment. ${ASK_INSTEAD}`
    case 'declined':
    case 'not-charged':
      return ending === 'not-charged' ? null : `The bank says that it charged nothing. ${ASK_INSTEAD}`
    case 'authorised':
      return `The bank says that it has authorised this payment. ${ASK_INSTEAD}`
    case 'challenge':
      return `The bank still waits for the shopper. ${ASK_INSTEAD}`
    case 'contradiction':
      return outcome.charged && ending === 'not-charged'
        ? `The bank says: ${outcome.reason}. Wait until its list shows the charge.`
        : null
    case 'unknown':
      return null
  }
}

const ASK_INSTEAD = 'Ask the bank again instead: this ends by itself then. Nothing was done.'

async function unlessConfirmed(
  db: Db,
  merchantId: string,
  id: string,
  problem: Problem,
): Promise<Problem | null> {
  return (await findResolution(db, merchantId, id))?.status === 'confirmed' ? null : problem
}

const mayRow = z.strictObject({ may: z.boolean() })

async function whyNotConfirmed(db: Db, merchantId: string, id: string, by: Actor): Promise<Problem | null> {
  const found = await findResolution(db, merchantId, id)
  if (!found) return NO_RESOLUTION
  if (found.status === 'confirmed') return null
  const row = await firstRow(
    db,
    mayRow,
    sql`SELECT may_approve_refunds(${merchantId}::uuid, ${by.name}) AS may`,
  )
  if (!row?.may)
    return {
      kind: 'forbidden',
      detail:
        'You have been an admin for less than 24 hours. Another admin can confirm this, or you can then.',
    }
  return whyNotOpen(found) ?? CHANGED
}
