import { accountRouter } from './routers/account'
import { auditRouter } from './routers/audit'
import { checkoutRouter } from './routers/checkout'
import { developersRouter } from './routers/developers'
import { factorsRouter } from './routers/factors'
import { findRouter } from './routers/find'
import { idempotencyRouter } from './routers/idempotency'
import { inboxRouter } from './routers/inbox'
import { installationRouter } from './routers/installation'
import { integrityRouter } from './routers/integrity'
import { invitationRouter } from './routers/invitation'
import { ledgerRouter } from './routers/ledger'
import { operatorRouter } from './routers/operator'
import { operatorsRouter } from './routers/operators'
import { paymentsRouter } from './routers/payments'
import { reconciliationRouter } from './routers/reconciliation'
import { refundsRouter } from './routers/refunds'
import { securityRouter } from './routers/security'
import { webhooksRouter } from './routers/webhooks'
import { router } from './trpc'

export const appRouter = router({
  checkout: checkoutRouter,
  installation: installationRouter,
  inbox: inboxRouter,
  operator: operatorRouter,
  account: accountRouter,
  factors: factorsRouter,
  operators: operatorsRouter,
  invitation: invitationRouter,
  payments: paymentsRouter,
  refunds: refundsRouter,
  reconciliation: reconciliationRouter,
  ledger: ledgerRouter,
  find: findRouter,
  idempotency: idempotencyRouter,
  integrity: integrityRouter,
  developers: developersRouter,
  webhooks: webhooksRouter,
  audit: auditRouter,
  security: securityRouter,
})

export type AppRouter = typeof appRouter
