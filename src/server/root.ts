import { checkoutRouter } from './routers/checkout'
import { idempotencyRouter } from './routers/idempotency'
import { ledgerRouter } from './routers/ledger'
import { paymentsRouter } from './routers/payments'
import { router } from './trpc'

export const appRouter = router({ checkout: checkoutRouter, payments: paymentsRouter, ledger: ledgerRouter, idempotency: idempotencyRouter })

export type AppRouter = typeof appRouter
