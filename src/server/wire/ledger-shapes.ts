import { z } from 'zod'
import type { LedgerVerdict } from '@/ledger/audit'
import type { AccountBalance, JournalTransaction, StatementLine } from '@/ledger/read'
import type { SealState } from '@/ledger/seal'
import type { TrialLine } from '@/ledger/trial-balance'
import { showId } from '@/lib/id'
import { isViolated } from '@/platform/integrity-verdict'
import { amount, maybeTime, sum, sumOut, time } from './json'
import { checkedOut, judgedOut, showChecked, showJudged } from './verdict-shapes'

/**
 * The books in JSON, for the dashboard and the API: accounts, transactions, statements, and what
 * the checks say of them.
 */

const amountOut = z.number().int()
const timeOut = z.string()

export const accountOut = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  type: z.string(),
  currency: z.string(),
  debits: sumOut,
  credits: sumOut,
  balance: sumOut,
  pending: sumOut,
  entries: z.number(),
  lastEntryAt: timeOut.nullable(),
})

export function showAccount(row: AccountBalance): z.infer<typeof accountOut> {
  return {
    ...row,
    id: showId('acc', row.id),
    debits: sum(row.debits),
    credits: sum(row.credits),
    balance: sum(row.balance),
    pending: sum(row.pending),
    lastEntryAt: maybeTime(row.lastEntryAt),
  }
}

export const transactionOut = z.object({
  id: z.string(),
  kind: z.string(),
  description: z.string(),
  paymentId: z.string().nullable(),
  reverses: z.string().nullable(),
  reversedBy: z.string().nullable(),
  postedAt: timeOut,
  entries: z.array(
    z.object({
      position: z.number(),
      accountId: z.string(),
      code: z.string(),
      name: z.string(),
      type: z.string(),
      currency: z.string(),
      amount: amountOut,
    }),
  ),
})

export function showTransaction(row: JournalTransaction): z.infer<typeof transactionOut> {
  return {
    ...row,
    id: showId('txn', row.id),
    paymentId: row.paymentId && showId('pay', row.paymentId),
    reverses: row.reverses && showId('txn', row.reverses),
    reversedBy: row.reversedBy && showId('txn', row.reversedBy),
    postedAt: time(row.postedAt),
    entries: row.entries.map((entry) => ({
      ...entry,
      accountId: showId('acc', entry.accountId),
      amount: amount(entry.amount),
    })),
  }
}

/** An account in a period: `opening`, `closing` and `pending` (at its end) are debits − credits. */
export const trialLineOut = accountOut
  .omit({ balance: true, lastEntryAt: true })
  .extend({ opening: sumOut, closing: sumOut })

export function showTrialLine(line: TrialLine): z.infer<typeof trialLineOut> {
  return {
    ...line,
    id: showId('acc', line.id),
    opening: sum(line.opening),
    debits: sum(line.debits),
    credits: sum(line.credits),
    closing: sum(line.closing),
    pending: sum(line.pending),
  }
}

/** The instants of a period: `from` inclusive (null: from the first entry on), `until` exclusive (null: up to now). */
export const periodOut = { from: timeOut.nullable(), until: timeOut.nullable() }

/** One line of an account's statement: an entry, and the balance after it. */
export const statementLineOut = z.object({
  transactionId: z.string(),
  position: z.number(),
  amount: amountOut,
  balance: sumOut,
  postedAt: timeOut,
  kind: z.string(),
  description: z.string(),
  paymentId: z.string().nullable(),
  /** Of the payment's order. */
  reference: z.string().nullable(),
})

export function showStatementLine(
  row: StatementLine,
  references: ReadonlyMap<string, string>,
): z.infer<typeof statementLineOut> {
  return {
    ...row,
    reference: references.get(row.paymentId ?? '') ?? null,
    transactionId: showId('txn', row.transactionId),
    paymentId: row.paymentId && showId('pay', row.paymentId),
    amount: amount(row.amount),
    balance: sum(row.balance),
    postedAt: time(row.postedAt),
  }
}

export const ledgerCheckOut = checkedOut.extend({
  entries: z.number(),
  totals: z.array(z.object({ currency: z.string(), debits: sumOut, credits: sumOut })),
  broken: z.array(judgedOut),
  /** Why it is not known whether all of it holds; null: it is known. */
  doubt: judgedOut.shape.doubt,
})

export function showLedgerCheck(check: LedgerVerdict): z.infer<typeof ledgerCheckOut> {
  return {
    ...showChecked(check),
    entries: check.entries,
    totals: check.totals.map((total) => ({
      currency: total.currency,
      debits: sum(total.debits),
      credits: sum(total.credits),
    })),
    broken: check.judged.filter(isViolated).map(showJudged),
    doubt: check.judged.find(({ doubt }) => doubt !== null)?.doubt ?? null,
  }
}

export const sealStateOut = z.object({
  last: z
    .object({ seq: z.string(), hash: z.string(), sealedAt: timeOut, postedAt: timeOut.nullable() })
    .nullable(),
  waiting: z.number(),
  more: z.boolean(),
  oldestSeconds: z.number().nullable(),
})

export function showSealState({ last, ...waiting }: SealState): z.infer<typeof sealStateOut> {
  const shown = last && {
    ...last,
    sealedAt: time(last.sealedAt),
    postedAt: last.postedAt && time(last.postedAt),
  }
  return { last: shown, ...waiting }
}
