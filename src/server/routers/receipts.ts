import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import { findMailedReceipt } from '@/checkout/receipts/mail'
import { RESENDS_PER_PAYMENT, receiptMailsOf, resendReceipt } from '@/checkout/receipts/resend'
import { chooseReceiptsByMail, receiptsByMail } from '@/checkout/receipts/rule'
import { verifyReceipt } from '@/checkout/receipts/verify'
import { uuidv7 } from '@/lib/id'
import { mailsLeave } from '../alerting'
import { receiptMails } from '../receipts/receipt-mails'
import { adminProcedure, router, shopperProcedure, supportProcedure, viewerProcedure } from '../trpc'
import { actorOut, actorViewFor } from '../wire/actor-shapes'
import { time, uuidOf } from '../wire/json'

const paymentId = z.string().max(64)

const verifiedOut = z.discriminatedUnion('valid', [
  // One answer for whatever is not so: nobody learns which payments there are.
  z.object({ valid: z.literal(false) }),
  z.object({
    valid: z.literal(true),
    merchantName: z.string(),
    amount: z.number(),
    currency: z.string(),
    paidAt: z.string().nullable(),
    /** Done, in minor units. */
    refunded: z.number(),
    refundUnderWay: z.number(),
    testMode: z.boolean(),
  }),
])

/** Receipts: who gets one by e-mail, sending one again, and what anybody may check of one. */
export const receiptsRouter = router({
  /** For anybody who holds a receipt. Says what the receipt says, and how much of it was refunded since. */
  verify: shopperProcedure
    .input(z.strictObject({ payment: z.string().max(100), code: z.string().max(100) }))
    .output(verifiedOut)
    .query(async ({ ctx, input }) => {
      const retryAfterSeconds = ctx.shopperLimits.verificationWait(ctx.address)
      if (retryAfterSeconds > 0)
        throw new ProblemError({
          kind: 'rate-limited',
          detail: 'Too many codes were checked. Wait a minute, then check again.',
          retryAfterSeconds,
        })
      const found = await verifyReceipt(ctx.pages, input, ctx.receiptSecrets, ctx.gateway)
      if (!found) return { valid: false as const }
      const { merchantName, amount, currency, paidAt, refunded, refundUnderWay, testMode } = found
      const state = { refunded: refunded - refundUnderWay, refundUnderWay, testMode }
      return { valid: true as const, merchantName, amount, currency, paidAt, ...state }
    }),

  /** The mails with the receipt of a payment, and to whom the next one would go. */
  ofPayment: viewerProcedure
    .input(z.strictObject({ payment: paymentId }))
    .output(
      z.object({
        email: z.string().nullable(),
        perDay: z.int(),
        sent: z.array(z.object({ at: z.string(), byItself: z.boolean(), by: actorOut.nullable() })),
      }),
    )
    .query(async ({ ctx, input }) => {
      const { merchantId, role } = ctx.operator
      const id = uuidOf('pay', input.payment)
      const [about, mails] = await Promise.all([
        findMailedReceipt(ctx.pages, merchantId, id),
        receiptMailsOf(ctx.pages, merchantId, id),
      ])
      const names = await actorNames(
        ctx.pages,
        merchantId,
        mails.map(({ actor }) => actor),
      )
      const view = actorViewFor(role, names)
      return {
        email: about?.email ?? null,
        perDay: RESENDS_PER_PAYMENT,
        sent: mails.map((mail) => ({ at: time(mail.at), byItself: mail.number === 0, by: view(mail) })),
      }
    }),

  /**
   * Sends the receipt again, as it stands now.
   * @param to another address than the one that is known
   * @param newId made by the page, so that a double press or a retry sends one mail
   */
  resend: supportProcedure
    .input(z.strictObject({ payment: paymentId, to: z.email().max(254).optional(), newId: z.uuid() }))
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input: { payment, to = null, newId: id } }) => {
      const { merchantId } = ctx.operator
      demandMails(ctx)
      const asked = { merchantId, paymentId: uuidOf('pay', payment), id, to }
      const problem = await resendReceipt(receiptMails(ctx), asked, ctx.actor)
      if (problem) throw new ProblemError(problem)
      return { id }
    }),

  rule: viewerProcedure
    .output(z.object({ byMail: z.boolean(), mailsLeave: z.boolean() }))
    .query(async ({ ctx }) => ({
      byMail: await receiptsByMail(ctx.pages, ctx.operator.merchantId),
      mailsLeave: mailsLeave(ctx.env),
    })),

  /** Whether shoppers get their receipt by e-mail, of what is paid from now on. */
  chooseRule: adminProcedure
    .input(z.strictObject({ byMail: z.boolean() }))
    .output(z.object({ byMail: z.boolean() }))
    .mutation(async ({ ctx, input: { byMail } }) => {
      const { merchantId } = ctx.operator
      if (byMail) demandMails(ctx)
      await chooseReceiptsByMail(ctx.db, { merchantId, byMail }, ctx.actor, uuidv7)
      return { byMail }
    }),
})

/** @throws ProblemError where no mail can leave */
function demandMails({ env }: Parameters<typeof receiptMails>[0]): void {
  if (mailsLeave(env)) return
  const detail =
    'No mail can leave: this installation has no mail server (PAYONCE_SMTP_URL). Nothing was done.'
  throw new ProblemError({ kind: 'validation', detail })
}
