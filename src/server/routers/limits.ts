import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import type { Operator } from '@/access/operator'
import { account } from '@/ledger/read'
import { uuidv7 } from '@/lib/id'
import { formatMoney, isCurrency, MAX_MINOR } from '@/lib/money'
import { refundBalance, setBalanceLimit } from '@/payments/balance-limit'
import { operatorActor } from '../actor'
import type { Context } from '../context'
import { freshAdminProcedure, router, viewerProcedure } from '../trpc'
import { demandUnchanged } from '../wire/acted'
import { amount, notFound, sum, sumOut, uuidOf } from '../wire/json'

const accountId = z.string().max(64)
/** In minor units; null: no limit. */
const limit = z.int().min(-Number(MAX_MINOR)).max(Number(MAX_MINOR)).nullable()

const limitOut = z.object({
  limit: z.int().nullable(),
  /** What the bank owes, less the refunds under way. */
  available: sumOut,
  mayChange: z.boolean(),
})

/** The limit below which refunds may not take the balance at the bank. */
export const limitsRouter = router({
  /** Null: an account that can have none. */
  get: viewerProcedure
    .input(z.strictObject({ account: accountId }))
    .output(limitOut.nullable())
    .query(async ({ ctx, input }) => {
      const { code, currency } = await accountOf(ctx, input.account)
      return code === 'gateway_clearing' ? shown(ctx, currency) : null
    }),

  /** `shown`: the limit that the page has shown. Another one meanwhile is a refusal. */
  set: freshAdminProcedure
    .input(z.strictObject({ account: accountId, shown: limit, limit }))
    .output(limitOut)
    .mutation(async ({ ctx, input }) => {
      const { code, currency } = await accountOf(ctx, input.account)
      if (code !== 'gateway_clearing' || !isCurrency(currency))
        throw refused('/account', 'Only the account “Receivable from the bank” can have a limit.')
      const big = (minor: number | null) => (minor === null ? null : BigInt(minor))
      const { merchantId } = ctx.operator
      const change = { merchantId, currency, shownMinor: big(input.shown), leastMinor: big(input.limit) }
      const outcome = await setBalanceLimit(ctx.db, { ...change, by: operatorActor(ctx) }, uuidv7)
      if (outcome.kind === 'changed') demandUnchanged({ who: null, at: null })
      if (outcome.kind === 'too-high') {
        const most = formatMoney(outcome.availableMinor, currency)
        throw refused('/limit', `Enter at most ${most}: what is there now, less the refunds under way.`)
      }
      return shown(ctx, currency)
    }),
})

type OperatorContext = Context & { operator: Operator }

async function accountOf({ db, operator }: OperatorContext, id: string) {
  return (await account(db, operator.merchantId, uuidOf('acc', id))) ?? notFound()
}

async function shown({ db, operator }: OperatorContext, currency: string): Promise<z.infer<typeof limitOut>> {
  const { leastMinor, availableMinor } =
    (await refundBalance(db, operator.merchantId, currency)) ?? notFound()
  return {
    limit: leastMinor === null ? null : amount(leastMinor),
    available: sum(availableMinor),
    mayChange: operator.role === 'admin',
  }
}

function refused(pointer: string, detail: string): ProblemError {
  return new ProblemError({ kind: 'validation', detail, facts: { errors: [{ pointer, detail }] } })
}
