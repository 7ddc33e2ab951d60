import { z } from 'zod'
import { checkLedger, type LedgerCheck } from '@/ledger/audit'
import { type AccountBalance, account, accounts, journal, statement } from '@/ledger/read'
import { showId } from '@/lib/id'
import type { Db } from '@/platform/db'
import { operatorProcedure, router } from '../trpc'
import { coalesce } from './coalesce'
import {
  amount,
  instant,
  maybeTime,
  notFound,
  offender,
  offenderOut,
  paged,
  pageSize,
  readLineCursor,
  time,
  transaction,
  transactionOut,
  uuidOf,
  writeCursor,
} from './wire'

export const accountOut = z.object({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  type: z.string(),
  currency: z.string(),
  debits: z.number().int(),
  credits: z.number().int(),
  balance: z.number().int(),
  entries: z.number(),
  lastEntryAt: z.string().nullable(),
})

export const checkOut = z.object({
  checkedAt: z.string(),
  entries: z.number(),
  totals: z.array(z.object({ currency: z.string(), debits: z.number().int(), credits: z.number().int() })),
  broken: z.array(z.object({ id: z.string(), says: z.string(), offenders: z.array(offenderOut) })),
})

const lineOut = z.object({
  transactionId: z.string(),
  position: z.number(),
  amount: z.number().int(),
  balance: z.number().int(),
  postedAt: z.string(),
  kind: z.string(),
  description: z.string(),
  paymentId: z.string().nullable(),
})

export const ledgerRouter = router({
  /** Debits, credits and every invariant, now (or a moment ago: `checkedAt` says when). */
  check: operatorProcedure.output(checkOut).query(({ ctx }) => recentCheck(ctx.db, ctx.operator.merchantId)),

  accounts: operatorProcedure
    .input(z.strictObject({ asOf: instant.optional() }))
    .output(z.array(accountOut))
    .query(async ({ ctx, input }) =>
      (await accounts(ctx.db, ctx.operator.merchantId, input.asOf ?? null)).map(showAccount),
    ),

  account: operatorProcedure
    .input(z.strictObject({ id: z.string().max(64), asOf: instant.optional() }))
    .output(accountOut)
    .query(async ({ ctx, input }) => {
      const found = await account(
        ctx.db,
        ctx.operator.merchantId,
        uuidOf('acc', input.id),
        input.asOf ?? null,
      )
      return found ? showAccount(found) : notFound()
    }),

  statement: operatorProcedure
    .input(
      z.strictObject({
        id: z.string().max(64),
        asOf: instant.optional(),
        cursor: z.string().max(200).optional(),
        limit: pageSize,
      }),
    )
    .output(z.object({ items: z.array(lineOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const accountId = uuidOf('acc', input.id)
      if (!(await account(ctx.db, ctx.operator.merchantId, accountId))) notFound()
      const page = {
        accountId,
        asOf: input.asOf ?? null,
        after: readLineCursor(input.cursor),
        limit: input.limit + 1,
      }
      const rows = await statement(ctx.db, ctx.operator.merchantId, page)
      return paged(
        rows,
        input.limit,
        (row) => ({
          ...row,
          transactionId: showId('txn', row.transactionId),
          paymentId: row.paymentId && showId('pay', row.paymentId),
          amount: amount(row.amount),
          balance: amount(row.balance),
          postedAt: time(row.postedAt),
        }),
        (row) => writeCursor(row.transactionId, row.position),
      )
    }),

  journal: operatorProcedure
    .input(z.strictObject({ cursor: z.string().max(200).optional(), limit: pageSize }))
    .output(z.object({ items: z.array(transactionOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const after = readLineCursor(input.cursor)?.transactionId ?? null
      const rows = await journal(ctx.db, ctx.operator.merchantId, { after, limit: input.limit + 1 })
      return paged(rows, input.limit, transaction, (row) => writeCursor(row.id, 0))
    }),
})

export function showAccount(row: AccountBalance): z.infer<typeof accountOut> {
  return {
    ...row,
    id: showId('acc', row.id),
    debits: amount(row.debits),
    credits: amount(row.credits),
    balance: amount(row.balance),
    lastEntryAt: maybeTime(row.lastEntryAt),
  }
}

/** Every open dashboard asks for it every 2 s. */
const checks = coalesce<LedgerCheck>()

export async function recentCheck(db: Db, merchantId: string): Promise<z.infer<typeof checkOut>> {
  return showCheck(await checks(merchantId, () => checkLedger(db, merchantId)))
}

function showCheck(check: LedgerCheck): z.infer<typeof checkOut> {
  return {
    checkedAt: time(check.checkedAt),
    entries: check.entries,
    totals: check.totals.map((total) => ({
      currency: total.currency,
      debits: amount(total.debits),
      credits: amount(total.credits),
    })),
    broken: check.broken.map(({ id, rule: says, offenders }) => ({
      id,
      says,
      offenders: offenders.map(offender),
    })),
  }
}
