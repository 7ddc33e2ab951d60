import { z } from 'zod'
import { listDisputes } from '@/payments/movements/dispute-store'
import { listMovementRows, movementSums } from '@/payments/movements/read'
import { router, viewerProcedure } from '../trpc'
import { readTimeCursor, writeCursor } from '../wire/cursor'
import { paged, pageSize } from '../wire/json'
import {
  disputeOut,
  movementFilter,
  movementOut,
  movementSumOut,
  showDispute,
  showMovement,
  showMovementSum,
} from '../wire/movement-shapes'

/** References of banks: `txn_…`, or whatever another bank calls them. */
const REF = /^[^\s\p{Cc}]{1,255}$/u

export const reconciliationRouter = router({
  /** Movements at the bank with our judgement, newest first. */
  list: viewerProcedure
    .input(movementFilter.extend({ cursor: z.string().max(500).optional(), limit: pageSize }))
    .output(z.object({ items: z.array(movementOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input: { cursor, limit, ...filter } }) => {
      const after = readTimeCursor(cursor, REF)
      const rows = await listMovementRows(ctx.pages, ctx.operator.merchantId, filter, {
        after,
        limit: limit + 1,
      })
      return paged(rows, limit, showMovement, (row) => writeCursor(row.cursor, row.ref))
    }),

  /** The newest disputes. 50: a shop with more of them reads the CSV file of movements. */
  disputes: viewerProcedure
    .output(z.array(disputeOut))
    .query(async ({ ctx }) =>
      (await listDisputes(ctx.pages, ctx.operator.merchantId, { limit: 50 })).map(showDispute),
    ),

  /** Counts and sums of the period, by currency and state. */
  sums: viewerProcedure
    .input(movementFilter.omit({ state: true }))
    .output(z.array(movementSumOut))
    .query(async ({ ctx, input }) =>
      (await movementSums(ctx.pages, ctx.operator.merchantId, input)).map(showMovementSum),
    ),
})
