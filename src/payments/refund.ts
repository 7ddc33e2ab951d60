import type { Answer, Foresight, Ids, Operation, Refusal } from '@payonce/idempotency'
import type { Facts, Problem } from '@payonce/idempotency/problems'
import {
  beginForm,
  type ClaimedPart,
  type ClaimRows,
  claimedPart,
  claimedSql,
  type RowOf,
  type SqlBegin,
  type SqlForm,
} from '@payonce/idempotency/sql'
import { newAccountIds, openAccountsOf } from '@/ledger/chart'
import { post } from '@/ledger/post'
import { refund as refundPosting } from '@/ledger/posting'
import type { Actor } from '@/lib/actor'
import { showId } from '@/lib/id'
import { isCurrency, type Money } from '@/lib/money'
import { ACTOR_COLUMNS, ACTOR_TYPES, actorRow, actorValues } from '@/platform/actor-columns'
import { auditParked, insertAudit, SYSTEM } from '@/platform/audit'
import { type Db, type Sql, sql, type Write } from '@/platform/db'
import { emit } from '@/platform/outbox'
import { type AccountGateways, atGatewayOf } from './account-gateways'
import { isWithinLimit } from './balance-limit'
import { type Gateway, nextCheckMs, type RefundOutcome } from './gateway'
import { bankListBehind, isListBehind, listIsBehind } from './reconciler/list-behind'
import { BEGUN_REFUND, type BegunRefund, moveRefund, type RefundChanges, recallRefund } from './refund-store'
import { REFUNDABLE, refundNow, whyNotRefundable } from './refundable'
import type { WouldDo } from './would-do'

/** The request, parsed. `amount` in minor units; null: all that is left of the payment. */
export interface RefundInput {
  merchantId: string
  paymentId: string
  amount: number | null
  reason: string | null
  /** Who asks for it. Volatile: a retry with another API key, or from another address, is the same request. */
  by?: Actor
}

/** Renders the outcome of a refund. The text is stored, so that a replay is the same byte for byte. */
export interface RefundAnswers {
  refunded(refund: BegunRefund): Answer
  declined(refund: BegunRefund, detail: string): Answer
  resourceFacts(refundId: string): Facts
}

export interface RefundDeps {
  name: string
  db: Db
  gateway: Gateway
  accounts?: AccountGateways | undefined
  newId: () => string
  answers: RefundAnswers
}

/** Of which payment a refund is: said, or by the request that was approved. */
type RefundOf = { merchantId: string } & ({ paymentId: string } | { refundRequestId: string })

/** The bank's answer. `contradiction`: the bank may have forgotten the key, so no answer would prove anything; a person must decide.
 * `not-made`: two admins have, by the bank's statement. */
export type RefundEffect = RefundOutcome | { kind: 'contradiction'; reason: string } | { kind: 'not-made' }

/** What a refund needs to begin. */
export type BeginDeps = Pick<RefundDeps, 'gateway' | 'newId'>

/** How a refund begins: who may have it, and how much. What follows is the same for each. */
export interface RefundBeginning<Input extends object> {
  volatile: readonly (string & keyof Input)[]
  /** Built once for each operation. */
  begin(deps: BeginDeps): (input: Input, ids: Ids, claim: ClaimRows) => SqlBegin
  whyRefused(db: Db, input: Input): Promise<Refusal>
}

/** A program's refund: its API key has the scope, and the payment alone is the limit. */
export const PROGRAM_REFUND: RefundBeginning<RefundInput> = {
  volatile: ['by'],
  begin: (deps) => {
    const begin = refundOfPayment(deps)
    // Two refunds of one payment are never begun in one statement: the second must see what the first took.
    return (input, ids, claim) => begin(claim, rowOfRefund(input, ids, deps), input.paymentId)
  },
  whyRefused: whyNotRefundable,
}

/**
 * Refunding: take the amount from the payment, ask the bank once, settle in one commit. The bank's key is the id of our own row, which the
 * client's key determines, so the request may be repeated after a crash or a loss of the row: it is the same refund, whichever process sends it.
 */
export function refundOperation<Input extends RefundOf>(
  deps: RefundDeps,
  { volatile, begin: begins, whyRefused }: RefundBeginning<Input>,
): Operation<Input, BegunRefund, RefundEffect, SqlForm> {
  const begin = begins(deps)
  return {
    name: deps.name,
    volatile,
    begin,
    whyRefused: async (input) => {
      const refusal = await whyRefused(deps.db, input)
      return isNotFound(refusal) ? refusal : ((await whyListIsBehind(deps, input)) ?? refusal)
    },
    ask: (refund) => atGatewayOf(deps, refund.gatewayAccount, (gateway) => giveBack(gateway, refund)),
    find: (refund) => atGatewayOf(deps, refund.gatewayAccount, (gateway) => giveBack(gateway, refund)),
    doubt: (reason) => ({ kind: 'unknown', reason }),
    finish: (refund, effect) => {
      switch (effect.kind) {
        case 'refunded':
          return {
            to: 'completed',
            answer: deps.answers.refunded(refund),
            writes: refundedWrites(refund, effect.ref, deps.newId),
          }
        case 'refused':
          return {
            to: 'completed',
            answer: deps.answers.declined(refund, declinedWords(effect.reason)),
            writes: settleWith(refund, 'failed', {}, deps.newId),
          }
        case 'not-made':
          return {
            to: 'completed',
            answer: deps.answers.declined(refund, NOT_MADE),
            writes: settleWith(refund, 'failed', {}, deps.newId),
          }
        case 'unknown':
          return {
            to: 'unknown',
            answer: null,
            writes: [moveRefund(refund, 'unknown')],
            retryInMs: nextCheckMs(refund.ageMs),
          }
        case 'contradiction':
          return {
            to: 'parked',
            answer: null,
            writes: [moveRefund(refund, 'unknown')],
            reason: effect.reason,
          }
      }
    },
    recall: (merchantId, refundId) => recallRefund(deps.db, merchantId, refundId),
    resourceFacts: deps.answers.resourceFacts,
    parkWrites: ({ merchantId, recordId }, reason) => [
      auditParked(merchantId, deps.newId(), recordId, reason),
    ],
  }
}

const REFUND = {
  payment_id: 'uuid',
  wanted: 'bigint',
  reason: 'text',
  gateway_key: 'text',
  audit_id: 'uuid',
  account_ids: 'text',
  ...ACTOR_TYPES,
  // Of the audit entry, which names somebody always.
  entry_actor: 'text',
} as const

/** The bank gets the id of our own row as its key. */
function rowOfRefund(
  { paymentId, amount, reason, by }: RefundInput,
  { subjectId }: Ids,
  { newId }: BeginDeps,
): RowOf<typeof REFUND> {
  return {
    payment_id: paymentId,
    wanted: amount,
    reason,
    gateway_key: subjectId,
    audit_id: newId(),
    account_ids: newAccountIds(),
    ...actorRow(by),
    entry_actor: (by ?? SYSTEM).name,
  }
}

/**
 * The payment's row is locked before it is read, so that each of several refunds at once sees what the ones before it took. The database
 * counts again by itself (trigger refund_takes_from_its_payment, CHECK payment_refunded_amount).
 */
function refundOfPayment({ gateway }: BeginDeps) {
  return beginForm({
    name: 'refund',
    columns: REFUND,
    statement: (claim) => {
      const taken = claimedPart(
        'taken',
        claimedSql`
          SELECT c.*, p.currency, p.gateway_ref, ${REFUNDABLE} AS refundable, coalesce(c.wanted, ${REFUNDABLE}) AS amount
          FROM ${claim} c JOIN payment p ON p.merchant_id = c.merchant_id AND p.id = c.payment_id
          WHERE p.status = 'succeeded' AND NOT ${listIsBehind(gateway, sql`p.gateway_account`)}
          FOR NO KEY UPDATE OF p`,
      )
      const refund = claimedPart(
        'asked',
        claimedSql`
          INSERT INTO refund (merchant_id, id, payment_id, record_id, amount, currency, reason, charge_ref, gateway_key, ${ACTOR_COLUMNS})
          SELECT merchant_id, subject_id, payment_id, record_id, amount, currency, reason, gateway_ref, gateway_key, ${ACTOR_COLUMNS}
          FROM ${taken.rows} WHERE amount BETWEEN 1 AND refundable AND ${isWithinLimit(sql`amount`)}
          RETURNING ${BEGUN_REFUND}`,
      )
      const entry = claimedPart(
        'traced',
        claimedSql`
          SELECT a.id, a."merchantId", a.amount, a.currency, a."paymentId", t.audit_id, t.entry_actor, t.address, t.request_id
          FROM ${refund.rows} a JOIN ${taken.rows} t ON t.subject_id = a.id::uuid`,
      )
      const by = sql`entry_actor, address, request_id`
      const audited = { id: sql`audit_id`, by, action: 'refund.begun', subject: sql`id` }
      const detail = sql`amount || ' ' || currency || ' of payment ' || "paymentId"`
      return {
        prior: [
          taken,
          // Merchants from before there was an account for refunds get it here.
          claimedPart('opened', openAccountsOf(taken.rows, sql`owner.account_ids`)),
          refund,
          entry,
          claimedPart('audited', insertAudit(audited, detail, entry.rows)),
        ],
        sql: claimedSql`SELECT * FROM ${refund.rows}`,
      }
    },
  })
}

function isNotFound(refusal: Refusal): boolean {
  return refusal.kind === 'problem' && refusal.problem.kind === 'not-found'
}

async function whyListIsBehind(
  { db, gateway }: Pick<RefundDeps, 'db' | 'gateway'>,
  of: RefundOf,
): Promise<{ kind: 'problem'; problem: Problem } | null> {
  const isBehind = await isListBehind(db, gateway, accountOfPayment(of))
  return isBehind ? { kind: 'problem', problem: bankListBehind() } : null
}

/** What a program's refund would do now. Nothing is written. */
export async function foreseeRefund(
  deps: Pick<RefundDeps, 'db' | 'gateway'>,
  input: RefundInput,
): Promise<Foresight<WouldDo>> {
  const now = await refundNow(deps.db, input)
  if ('refusal' in now && isNotFound(now.refusal)) return now
  const behind = await whyListIsBehind(deps, input)
  if (behind) return { refusal: behind }
  if ('refusal' in now) return now
  const { merchantId, paymentId } = input
  const money = moneyOf(now.amountMinor, now.currency)
  const posting = refundPosting({ merchantId, paymentId, money, description: 'Refund' })
  return {
    would: {
      bank: { request: 'refund', ...money },
      outcome: { resource: 'refund', id: null, status: 'succeeded', ...money },
      postings: [{ state: 'posted', kind: posting.kind, currency: posting.currency, lines: posting.lines }],
    },
  }
}

/** SQL: the account at the bank at which the payment of a refund was begun. */
function accountOfPayment(of: RefundOf): Sql {
  const id =
    'paymentId' in of
      ? sql`${of.paymentId}::uuid`
      : sql`(SELECT payment_id FROM refund_request WHERE merchant_id = ${of.merchantId}::uuid AND id = ${of.refundRequestId}::uuid)`
  return sql`(SELECT gateway_account FROM payment WHERE merchant_id = ${of.merchantId}::uuid AND id = ${id})`
}

/** The payment of one refund, locked as above. */
export function takenPayment(
  { merchantId, paymentId, amount }: Pick<RefundInput, 'merchantId' | 'paymentId' | 'amount'>,
  claim: ClaimRows,
): ClaimedPart {
  return claimedPart(
    'taken',
    claimedSql`
      SELECT p.merchant_id, p.id, p.currency, p.gateway_ref, p.gateway_account, ${REFUNDABLE} AS refundable,
        coalesce(${amount}::bigint, ${REFUNDABLE}) AS wanted
      FROM ${claim}, payment p
      WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid AND p.status = 'succeeded'
      FOR NO KEY UPDATE OF p`,
  )
}

/**
 * The refund's row and its audit entry, from the rows of `taken`. The entry is written here and not with the outcome: it must be there
 * before the bank is asked, whatever becomes of this process, and here it is known who asks. It waits for another entry of the merchant
 * until that one's commit, never for a bank.
 * @param reason an expression over `taken`. @param allowed a condition on it, beside that the amount is left and that the bank's list was read
 */
export function insertedRefund(
  taken: ClaimRows,
  ids: Ids,
  { by, reason, allowed = sql`true` }: { by: Actor | undefined; reason: Sql; allowed?: Sql },
  { gateway, newId }: BeginDeps,
): { refund: ClaimedPart; parts: ClaimedPart[] } {
  const refund = claimedPart(
    'asked',
    claimedSql`
      INSERT INTO refund (merchant_id, id, payment_id, record_id, amount, currency, reason, charge_ref, gateway_key, ${ACTOR_COLUMNS})
      SELECT merchant_id, ${ids.subjectId}::uuid, id, ${ids.recordId}, wanted, currency, ${reason}, gateway_ref, ${ids.subjectId},
        ${actorValues(by)}
      FROM ${taken} AS taken WHERE wanted BETWEEN 1 AND refundable AND ${allowed} AND NOT ${listIsBehind(gateway, sql`taken.gateway_account`)}
        AND ${isWithinLimit(sql`wanted`)}
      RETURNING ${BEGUN_REFUND}`,
  )
  const entry = { id: newId(), by, action: 'refund.begun', subject: ids.subjectId }
  const detail = sql`amount || ' ' || currency || ' of payment ' || "paymentId"`
  // Merchants from before there was an account for refunds get it here.
  const opened = claimedPart('opened', openAccountsOf(taken))
  const audited = claimedPart('audited', insertAudit(entry, detail, refund.rows))
  return { refund, parts: [opened, refund, audited] }
}

/** Once the bank may have forgotten the key, the same request would be a second refund: it is not sent any more. */
async function giveBack(gateway: Gateway, refund: BegunRefund): Promise<RefundEffect> {
  const { id, gatewayKey: key, chargeRef: ref, amount: amountMinor, currency, ageMs } = refund
  if (ageMs > gateway.remembersForMs - gateway.settlesWithinMs)
    return { kind: 'contradiction', reason: 'the bank may have forgotten the key of this refund' }
  if (!isCurrency(currency)) throw new Error(`refund ${id} has the unknown currency ${currency}`)
  return gateway.refund({ key, ref, amountMinor, currency })
}

function refundedWrites(refund: BegunRefund, gatewayRef: string, newId: () => string): Write[] {
  const { merchantId, paymentId, amount, currency } = refund
  const transactionId = newId()
  const posting = refundPosting({
    merchantId,
    paymentId,
    money: moneyOf(amount, currency),
    description: `Refund ${showId('ref', refund.id)}`,
  })
  return [
    ...settleWith(refund, 'succeeded', { gatewayRef, transactionId }, newId),
    ...post(posting, transactionId),
  ]
}

function moneyOf(minor: bigint, currency: string): Money {
  if (!isCurrency(currency)) throw new Error(`a refund has the unknown currency ${currency}`)
  return { minor, currency }
}

function settleWith(
  refund: BegunRefund,
  status: 'succeeded' | 'failed',
  settled: RefundChanges,
  newId: () => string,
): Write[] {
  const { merchantId, id: subjectId, paymentId, amount, currency } = refund
  const payload = {
    refund: showId('ref', subjectId),
    payment: showId('pay', paymentId),
    amount: Number(amount),
    currency,
    status,
  }
  return [
    moveRefund(refund, status, settled),
    emit({ merchantId, id: newId(), type: `refund.${status}`, subjectId, payload }),
  ]
}

const NOT_MADE =
  'By the bank’s statement this refund was not made, so it was ended. The amount can be refunded again.'

function declinedWords(reason: string): string {
  return `The bank refused this refund (${reason}). No money moved, and the amount can be refunded again.`
}
