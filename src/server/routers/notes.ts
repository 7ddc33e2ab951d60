import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import { uuidv7 } from '@/lib/id'
import { storable } from '@/lib/text'
import { addNote, NOTE_MAX, notesOf } from '@/payments/note'
import { router, supportProcedure, viewerProcedure } from '../trpc'
import { actorOut, actorViewFor } from '../wire/actor-shapes'
import { time, uuidOf } from '../wire/json'

const paymentId = z.string().max(64)
const noteOut = z.object({
  id: z.string(),
  text: z.string(),
  by: actorOut.nullable(),
  createdAt: z.string(),
})

/** What operators note on a payment. No shopper and no program sees it. */
export const notesRouter = router({
  list: viewerProcedure
    .input(z.strictObject({ payment: paymentId }))
    .output(z.object({ notes: z.array(noteOut) }))
    .query(async ({ ctx, input }) => {
      const { merchantId, role } = ctx.operator
      const rows = await notesOf(ctx.pages, merchantId, uuidOf('pay', input.payment))
      const names = await actorNames(
        ctx.pages,
        merchantId,
        rows.map(({ actor }) => actor),
      )
      const view = actorViewFor(role, names)
      return {
        notes: rows.map((row) => ({
          id: row.id,
          text: row.text,
          by: view(row),
          createdAt: time(row.createdAt),
        })),
      }
    }),

  /** @param newId made by the page, so that a double press or a retry makes one note */
  add: supportProcedure
    .input(
      z.strictObject({
        payment: paymentId,
        text: storable.trim().min(1).max(NOTE_MAX),
        newId: z.uuid(),
      }),
    )
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input: { payment, text, newId: id } }) => {
      const { merchantId } = ctx.operator
      const note = { merchantId, id, paymentId: uuidOf('pay', payment), text }
      const problem = await addNote(ctx.db, note, ctx.actor, uuidv7)
      if (problem) throw new ProblemError(problem)
      return { id }
    }),
})
