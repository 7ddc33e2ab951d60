import { z } from 'zod'
import { type LedgerVerdict, ledgerVerdict } from '@/ledger/audit'
import { balancePoints } from '@/ledger/balance-points'
import { account, accounts, journal, statement } from '@/ledger/read'
import { readSealState } from '@/ledger/seal'
import { type BooksPeriod, firstPosted, trialBalance } from '@/ledger/trial-balance'
import { referencesOf } from '@/payments/read'
import type { Db } from '@/platform/db'
import { findPostings } from '../find-postings'
import { router, viewerProcedure } from '../trpc'
import { readLineCursor, writeCursor } from '../wire/cursor'
import { instant, notFound, paged, pageSize, sum, sumOut, time, uuidOf } from '../wire/json'
import {
  accountOut,
  ledgerCheckOut,
  periodOut,
  sealStateOut,
  showAccount,
  showLedgerCheck,
  showSealState,
  showStatementLine,
  showTransaction,
  showTrialLine,
  statementLineOut,
  transactionOut,
  trialLineOut,
} from '../wire/ledger-shapes'
import { daysInOrder, journalFilter, periodOf, periodShape } from '../wire/period'
import { coalesce } from './coalesce'

export const ledgerRouter = router({
  /** Debits and credits, and what the worker's checks say of the ledger, now or up to 2 s ago (`now`). Evaluates no invariant itself. */
  check: viewerProcedure
    .output(ledgerCheckOut)
    .query(({ ctx }) => recentCheck(ctx.pages, ctx.operator.merchantId)),

  /** How far the ledger is sealed. Recomputes nothing: `npm run verify` does. */
  seals: viewerProcedure
    .output(sealStateOut)
    .query(async ({ ctx }) => showSealState(await readSealState(ctx.pages, ctx.operator.merchantId))),

  accounts: viewerProcedure
    .input(z.strictObject({ asOf: instant.optional() }))
    .output(z.array(accountOut))
    .query(async ({ ctx, input }) =>
      (await accounts(ctx.pages, ctx.operator.merchantId, input.asOf ?? null)).map(showAccount),
    ),

  account: viewerProcedure
    .input(z.strictObject({ id: z.string().max(64), asOf: instant.optional() }))
    .output(accountOut)
    .query(async ({ ctx, input }) => {
      const found = await account(
        ctx.pages,
        ctx.operator.merchantId,
        uuidOf('acc', input.id),
        input.asOf ?? null,
      )
      return found ? showAccount(found) : notFound()
    }),

  /** All accounts in a period of days, both inclusive, of a zone. */
  trialBalance: viewerProcedure
    .input(z.strictObject(periodShape).refine(...daysInOrder))
    .output(z.object({ ...periodOut, accounts: z.array(trialLineOut) }))
    .query(async ({ ctx, input }) => {
      const period = periodOf(input)
      const lines = await trialBalance(ctx.pages, ctx.operator.merchantId, period)
      return { ...period, accounts: lines.map(showTrialLine) }
    }),

  /** One account in a period, and its balance over that time; without days, over the last 30 days. */
  accountPeriod: viewerProcedure
    .input(z.strictObject({ id: z.string().max(64), ...periodShape }).refine(...daysInOrder))
    .output(
      z.object({
        ...periodOut,
        line: trialLineOut,
        points: z.array(z.object({ at: z.string(), balance: sumOut })),
      }),
    )
    .query(async ({ ctx, input }) => {
      const accountId = uuidOf('acc', input.id)
      const period = periodOf(input)
      const lines = await trialBalance(ctx.pages, ctx.operator.merchantId, period)
      const line = lines.find(({ id }) => id === accountId) ?? notFound()
      const span = await spanOf(ctx.pages, ctx.operator.merchantId, period)
      const points = await balancePoints(ctx.pages, ctx.operator.merchantId, { accountId, ...span })
      return {
        ...period,
        line: showTrialLine(line),
        points: points.map(({ at, balance }) => ({ at: time(at), balance: sum(balance) })),
      }
    }),

  statement: viewerProcedure
    .input(
      z
        .strictObject({
          id: z.string().max(64),
          asOf: instant.optional(),
          ...periodShape,
          cursor: z.string().max(200).optional(),
          limit: pageSize,
        })
        .refine(...daysInOrder),
    )
    .output(z.object({ items: z.array(statementLineOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      const accountId = uuidOf('acc', input.id)
      if (!(await account(ctx.pages, merchantId, accountId))) notFound()
      const { from, until } = periodOf(input)
      const page = {
        accountId,
        from,
        asOf: input.asOf ?? until,
        before: input.asOf === undefined,
        after: readLineCursor(input.cursor),
        limit: input.limit + 1,
      }
      const rows = await statement(ctx.pages, merchantId, page)
      const references = await referencesOf(
        ctx.pages,
        merchantId,
        rows.map(({ paymentId }) => paymentId),
      )
      return paged(
        rows,
        input.limit,
        (row) => showStatementLine(row, references),
        (row) => writeCursor(row.transactionId, row.position),
      )
    }),

  journal: viewerProcedure
    .input(
      z
        .strictObject({ ...journalFilter, cursor: z.string().max(200).optional(), limit: pageSize })
        .refine(...daysInOrder),
    )
    .output(z.object({ items: z.array(transactionOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      const rows = await journal(ctx.pages, merchantId, {
        ...periodOf(input),
        kind: input.kind ?? null,
        search: input.search ? await findPostings(ctx.pages, merchantId, input.search) : null,
        after: readLineCursor(input.cursor)?.transactionId ?? null,
        limit: input.limit + 1,
      })
      return paged(rows, input.limit, showTransaction, (row) => writeCursor(row.id, 0))
    }),
})

/** 30 days: what a chart shows where no period is chosen. */
const CHART_DAYS = 30

/** The time that a chart shows of a period: from the first entry on at the earliest, up to now at the latest. */
async function spanOf(db: Db, merchantId: string, { from, until }: BooksPeriod) {
  const now = new Date()
  const end = until !== null && new Date(until) < now ? new Date(until) : now
  if (from === null && until === null)
    return { from: new Date(end.getTime() - CHART_DAYS * 86_400_000), until: end }
  const begin = from === null ? ((await firstPosted(db, merchantId)) ?? end) : new Date(from)
  return { from: new Date(Math.min(begin.getTime(), end.getTime())), until: end }
}

/** Every open dashboard asks for the check every 2 s. */
const checks = coalesce<LedgerVerdict>()

export async function recentCheck(db: Db, merchantId: string): Promise<z.infer<typeof ledgerCheckOut>> {
  return showLedgerCheck(await checks(merchantId, () => ledgerVerdict(db, merchantId)))
}
