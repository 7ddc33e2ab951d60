import { accountRouter } from './routers/account'
import { alertsRouter } from './routers/alerts'
import { auditRouter } from './routers/audit'
import { authorisationsRouter } from './routers/authorisations'
import { checkoutRouter } from './routers/checkout'
import { developersRouter } from './routers/developers'
import { factorsRouter } from './routers/factors'
import { findRouter } from './routers/find'
import { idempotencyRouter } from './routers/idempotency'
import { inboxRouter } from './routers/inbox'
import { installationRouter } from './routers/installation'
import { integrityRouter } from './routers/integrity'
import { invitationRouter } from './routers/invitation'
import { labRouter } from './routers/lab'
import { ledgerRouter } from './routers/ledger'
import { limitsRouter } from './routers/limits'
import { linksRouter } from './routers/links'
import { notesRouter } from './routers/notes'
import { operatorRouter } from './routers/operator'
import { operatorsRouter } from './routers/operators'
import { ordersRouter } from './routers/orders'
import { paymentsRouter } from './routers/payments'
import { receiptsRouter } from './routers/receipts'
import { reconciliationRouter } from './routers/reconciliation'
import { refundsRouter } from './routers/refunds'
import { requestsRouter } from './routers/requests'
import { resolutionsRouter } from './routers/resolutions'
import { rightsRouter } from './routers/rights'
import { sampleRouter } from './routers/sample'
import { securityRouter } from './routers/security'
import { settingsRouter } from './routers/settings'
import { webhooksRouter } from './routers/webhooks'
import { router } from './trpc'

const rooms = {
  checkout: checkoutRouter,
  installation: installationRouter,
  inbox: inboxRouter,
  alerts: alertsRouter,
  operator: operatorRouter,
  account: accountRouter,
  factors: factorsRouter,
  operators: operatorsRouter,
  invitation: invitationRouter,
  payments: paymentsRouter,
  orders: ordersRouter,
  links: linksRouter,
  notes: notesRouter,
  receipts: receiptsRouter,
  authorisations: authorisationsRouter,
  refunds: refundsRouter,
  resolutions: resolutionsRouter,
  reconciliation: reconciliationRouter,
  lab: labRouter,
  ledger: ledgerRouter,
  limits: limitsRouter,
  find: findRouter,
  idempotency: idempotencyRouter,
  integrity: integrityRouter,
  developers: developersRouter,
  requests: requestsRouter,
  webhooks: webhooksRouter,
  audit: auditRouter,
  security: securityRouter,
  sample: sampleRouter,
  settings: settingsRouter,
}

/** `rights` is read off the procedures themselves. */
export const appRouter = router({ ...rooms, rights: rightsRouter(router(rooms)) })

export type AppRouter = typeof appRouter
