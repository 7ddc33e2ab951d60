import { checkoutRouter } from './routers/checkout'
import { developersRouter } from './routers/developers'
import { idempotencyRouter } from './routers/idempotency'
import { integrityRouter } from './routers/integrity'
import { ledgerRouter } from './routers/ledger'
import { operatorRouter } from './routers/operator'
import { paymentsRouter } from './routers/payments'
import { securityRouter } from './routers/security'
import { router } from './trpc'

export const appRouter = router({
  checkout: checkoutRouter,
  operator: operatorRouter,
  payments: paymentsRouter,
  ledger: ledgerRouter,
  idempotency: idempotencyRouter,
  integrity: integrityRouter,
  developers: developersRouter,
  security: securityRouter,
})

export type AppRouter = typeof appRouter
