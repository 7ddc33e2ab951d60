import { z } from 'zod'
import { type LedgerVerdict, ledgerVerdict } from '@/ledger/audit'
import { account, accounts, journal, statement } from '@/ledger/read'
import { readSealState } from '@/ledger/seal'
import type { Db } from '@/platform/db'
import { router, viewerProcedure } from '../trpc'
import { readLineCursor, writeCursor } from '../wire/cursor'
import { instant, notFound, paged, pageSize, uuidOf } from '../wire/json'
import {
  accountOut,
  ledgerCheckOut,
  sealStateOut,
  showAccount,
  showLedgerCheck,
  showSealState,
  showStatementLine,
  showTransaction,
  statementLineOut,
  transactionOut,
} from '../wire/ledger-shapes'
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

  statement: viewerProcedure
    .input(
      z.strictObject({
        id: z.string().max(64),
        asOf: instant.optional(),
        cursor: z.string().max(200).optional(),
        limit: pageSize,
      }),
    )
    .output(z.object({ items: z.array(statementLineOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const accountId = uuidOf('acc', input.id)
      if (!(await account(ctx.pages, ctx.operator.merchantId, accountId))) notFound()
      const page = {
        accountId,
        asOf: input.asOf ?? null,
        after: readLineCursor(input.cursor),
        limit: input.limit + 1,
      }
      const rows = await statement(ctx.pages, ctx.operator.merchantId, page)
      return paged(rows, input.limit, showStatementLine, (row) =>
        writeCursor(row.transactionId, row.position),
      )
    }),

  journal: viewerProcedure
    .input(z.strictObject({ cursor: z.string().max(200).optional(), limit: pageSize }))
    .output(z.object({ items: z.array(transactionOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const after = readLineCursor(input.cursor)?.transactionId ?? null
      const rows = await journal(ctx.pages, ctx.operator.merchantId, { after, limit: input.limit + 1 })
      return paged(rows, input.limit, showTransaction, (row) => writeCursor(row.id, 0))
    }),
})

/** Every open dashboard asks for the check every 2 s. */
const checks = coalesce<LedgerVerdict>()

export async function recentCheck(db: Db, merchantId: string): Promise<z.infer<typeof ledgerCheckOut>> {
  return showLedgerCheck(await checks(merchantId, () => ledgerVerdict(db, merchantId)))
}
