import { type AccountCode, openAccounts, openBankAccounts } from '@/ledger/chart'
import { post } from '@/ledger/post'
import { movement as movementPosting, refund as refundPosting, reversed } from '@/ledger/posting'
import { showId } from '@/lib/id'
import { commit } from '@/platform/commit'
import { type Db, type Sql, sql, type Write } from '@/platform/db'
import { emit } from '@/platform/outbox'
import type { BankMovement } from '../gateway'
import { moveRefund } from '../refund-store'
import { currencyOf, type Judgement } from './judge'
import { type JudgedMovement, linesOf, lockMovements, refundOfPosting, writeMovements } from './store'

export interface SettleDeps {
  db: Db
  gateway: string
  newId: () => string
}

/**
 * Stores a judgement with all that follows from it, in one commit: the movement's row, its posting, what becomes of a refund, the event. The
 * row decides between two workers. @returns false when another was faster
 */
export async function settleMovement(
  deps: SettleDeps,
  movement: BankMovement,
  judgement: Judgement,
): Promise<boolean> {
  const { judged, writes, before } = await consequences(deps, movement, judgement)
  const row: Write = { name: OWN_ROW, rows: 1, sql: writeMovements(deps.gateway, [judged]) }
  const result = await commit(deps.db, [row, ...writes], [lockMovements(deps.gateway), ...before])
  if (!result.committed && result.refusedBy !== OWN_ROW)
    throw new Error(`the commit of a bank movement was refused by "${result.refusedBy}"`)
  return result.committed
}

const OWN_ROW = 'bank-movement'

/** A judgement without a posting, as its row. */
export function judgedOf(movement: BankMovement, judgement: Judgement): JudgedMovement {
  const { merchantId, state, rule, paymentId = null, refundId = null } = judgement
  const transactionId = judgement.state === 'matched' ? judgement.transactionId : null
  return { movement, merchantId, state, rule, paymentId, refundId, transactionId, feeTransactionId: null }
}

/** What a movement needs beside its row. `before`: sent first, in the same commit. */
interface Consequences {
  judged: JudgedMovement
  writes: Write[]
  before: Sql[]
}

async function consequences(
  deps: SettleDeps,
  movement: BankMovement,
  judgement: Judgement,
): Promise<Consequences> {
  const judged = judgedOf(movement, judgement)
  switch (judgement.state) {
    case 'open':
    case 'difference':
      return { judged, writes: [], before: [] }
    case 'matched':
      return feeBeside(deps, { judged, writes: [], before: [] }, judgement.feeMinor ?? 0n)
    case 'explained':
      if ('reverses' in judgement) return takenBack(deps, judged, judgement.reverses)
      if ('refundOf' in judgement) return refundedElsewhere(deps, judged, judgement.refundOf)
      if (judgement.against === null) return { judged, writes: [], before: [] }
      return posted(deps, judged, judgement.against)
  }
}

/** A posting of its own. */
function posted({ newId }: SettleDeps, judged: JudgedMovement, against: AccountCode): Consequences {
  const { movement, merchantId, rule } = judged
  const { amountMinor, feeMinor } = movement
  const currency = currencyOf(movement)
  const transactionId = newId()
  const posting = movementPosting({
    merchantId,
    against,
    amountMinor,
    feeMinor,
    currency,
    description: descriptionOf(movement, rule),
  })
  return {
    judged: { ...judged, transactionId },
    writes: post(posting, transactionId),
    before: [openAccounts(merchantId, currency), openBankAccounts(merchantId, currency)],
  }
}

/** A fee that the movement's posting does not have, as a posting beside it. */
function feeBeside({ newId }: SettleDeps, so: Consequences, feeMinor: bigint): Consequences {
  if (feeMinor === 0n) return so
  const { movement, merchantId } = so.judged
  const feeTransactionId = newId()
  const posting = movementPosting({
    merchantId,
    against: 'processing_fees',
    amountMinor: 0n,
    feeMinor,
    currency: currencyOf(movement),
    description: descriptionOf(movement, 'fee'),
  })
  return {
    ...so,
    judged: { ...so.judged, feeTransactionId },
    writes: [...so.writes, ...post(posting, feeTransactionId)],
  }
}

/** The mirror of an earlier posting; a refund that has it is marked as returned, and its merchant is told. */
async function takenBack(deps: SettleDeps, judged: JudgedMovement, earlier: string): Promise<Consequences> {
  const { db, newId } = deps
  const { movement, merchantId, rule } = judged
  const currency = currencyOf(movement)
  const lines = await linesOf(db, merchantId, earlier)
  const clearing = lines
    .filter(({ code }) => code === 'gateway_clearing')
    .reduce((sum, line) => sum + line.amount, 0n)
  if (-clearing !== movement.amountMinor || lines.some((line) => line.currency !== currency))
    return {
      judged: { ...judged, state: 'difference', rule: 'it takes back another amount than was posted' },
      writes: [],
      before: [],
    }
  const transactionId = newId()
  const posting = reversed(
    {
      merchantId,
      kind: 'refund',
      paymentId: null,
      reverses: null,
      description: '',
      currency,
      lines: lines.map(({ code, amount }) => ({ account: code as AccountCode, amountMinor: amount })),
    },
    earlier,
    descriptionOf(movement, rule),
  )
  const refund = await refundOfPosting(db, merchantId, earlier)
  const returned = refund ? returnedWrites(merchantId, refund, transactionId, newId) : []
  const so = {
    judged: { ...judged, transactionId },
    writes: [...post(posting, transactionId), ...returned],
    before: [],
  }
  return feeBeside(deps, so, movement.feeMinor)
}

function returnedWrites(
  merchantId: string,
  refund: { id: string; paymentId: string; amount: bigint; currency: string },
  transactionId: string,
  newId: () => string,
): Write[] {
  const mark = sql`
    UPDATE refund SET returned_at = now(), return_transaction_id = ${transactionId}::uuid, updated_at = now()
    WHERE merchant_id = ${merchantId}::uuid AND id = ${refund.id}::uuid AND status = 'succeeded' AND returned_at IS NULL RETURNING 1`
  return [
    { name: 'refund-returned', rows: 1, sql: mark },
    refundEvent(merchantId, refund, 'returned', newId()),
  ]
}

/** A refund of our payment that was made at the bank itself: a refund like any other, but for its key. */
function refundedElsewhere(deps: SettleDeps, judged: JudgedMovement, paymentId: string): Consequences {
  const { movement, merchantId } = judged
  const { newId } = deps
  const { subjectRef, chargeRef } = movement
  const currency = currencyOf(movement)
  const amount = -movement.amountMinor
  const id = newId()
  const transactionId = newId()
  const gatewayRef = subjectRef ?? movement.ref
  const own = `bank:${gatewayRef}`
  const insert = sql`
    INSERT INTO refund (merchant_id, id, payment_id, record_id, amount, currency, reason, charge_ref, gateway_key)
    VALUES (${merchantId}::uuid, ${id}::uuid, ${paymentId}::uuid, ${own}, ${amount}::bigint, ${currency}, 'Made at the bank itself',
      ${chargeRef}, ${own}) ON CONFLICT (gateway_key) DO NOTHING`
  const posting = refundPosting({
    merchantId,
    paymentId,
    money: { minor: amount, currency },
    description: `Refund ${showId('ref', id)}, made at the bank itself`,
  })
  const refund = { id, paymentId, amount, currency }
  const so = {
    judged: { ...judged, refundId: id, transactionId },
    writes: [
      moveRefund({ merchantId, id }, 'succeeded', { gatewayRef, transactionId }),
      ...post(posting, transactionId),
      refundEvent(merchantId, refund, 'succeeded', newId()),
    ],
    before: [openAccounts(merchantId, currency), insert],
  }
  return feeBeside(deps, so, movement.feeMinor)
}

function refundEvent(
  merchantId: string,
  {
    id: subjectId,
    paymentId,
    amount,
    currency,
  }: { id: string; paymentId: string; amount: bigint; currency: string },
  status: 'succeeded' | 'returned',
  id: string,
): Write {
  const payload = {
    refund: showId('ref', subjectId),
    payment: showId('pay', paymentId),
    amount: Number(amount),
    currency,
    status,
  }
  return emit({ merchantId, id, type: `refund.${status}`, subjectId, payload })
}

function descriptionOf({ ref }: BankMovement, rule: string): string {
  return `Movement ${ref} at the bank: ${rule}`
}
