import { auditRouter } from './routers/audit'
import { checkoutRouter } from './routers/checkout'
import { developersRouter } from './routers/developers'
import { idempotencyRouter } from './routers/idempotency'
import { installationRouter } from './routers/installation'
import { integrityRouter } from './routers/integrity'
import { ledgerRouter } from './routers/ledger'
import { operatorRouter } from './routers/operator'
import { paymentsRouter } from './routers/payments'
import { router } from './trpc'

export const appRouter = router({
  checkout: checkoutRouter,
  installation: installationRouter,
  operator: operatorRouter,
  payments: paymentsRouter,
  ledger: ledgerRouter,
  idempotency: idempotencyRouter,
  integrity: integrityRouter,
  developers: developersRouter,
  audit: auditRouter,
})

export type AppRouter = typeof appRouter
