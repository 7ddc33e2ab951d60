import { Hono } from 'hono'
import { z } from 'zod'
import { trialBalance } from '@/ledger/trial-balance'
import { PAYMENT_STATUSES } from '@/payments/payment'
import type { Deps } from '../deps'
import { instant, notFound, uuidOf, words } from '../wire/json'
import { movementFilter } from '../wire/movement-shapes'
import { orderFilter, readOrderFilter } from '../wire/order-filter'
import { hasCurrency, NEEDS_CURRENCY, paymentFilter, readPaymentFilter } from '../wire/payment-filter'
import { daysInOrder, journalFilter, periodOf, periodShape, zone } from '../wire/period'
import { auditFile } from './audit'
import { csvFile } from './csv-file'
import { exportRoute } from './export-route'
import { journalTable } from './journal'
import { movementsTable } from './movements'
import { ordersTable } from './orders'
import { packFile } from './pack'
import { paymentsTable } from './payments'
import { statementTable } from './statement'
import { trialBalanceTable } from './trial-balance'

const zoned = { zone: zone.default('UTC') }
const days = z.strictObject(periodShape).refine(...daysInOrder)
/** A pack is of a period with two ends: what it says must still be true tomorrow. */
const packDays = z
  .strictObject({
    first: periodShape.first.unwrap(),
    last: periodShape.last.unwrap(),
    zone: periodShape.zone,
  })
  .refine(...daysInOrder)

const auditQuery = z.strictObject({
  format: z.enum(['csv', 'jsonl']),
  actor: words(200).optional(),
  action: words(100).optional(),
  subject: words(200).optional(),
  from: instant.optional(),
  until: instant.optional(),
  ...zoned,
})

const { statuses: _, metadata: entry, lowest, highest, ...textFilters } = paymentFilter
const { key, value } = entry.unwrap().shape
/** The list's filters, in an address. */
const paymentFile = z
  .strictObject({
    ...textFilters,
    status: z.enum(PAYMENT_STATUSES).optional(),
    lowest: z.coerce.number().pipe(lowest.unwrap()).optional(),
    highest: z.coerce.number().pipe(highest.unwrap()).optional(),
    metadataKey: key.optional(),
    metadataValue: value,
    ...zoned,
  })
  .refine(hasCurrency, NEEDS_CURRENCY)

const orderFile = z.strictObject({
  ...orderFilter,
  ...zoned,
})

/** Files of what a merchant's operators see: `/api/exports/…`. For operators only; `exportRoute` says which. */
export function exportRoutes(deps: Deps) {
  const app = new Hono()
  app.get(
    '/payments',
    exportRoute(
      deps,
      'payments',
      paymentFile,
      (taking, { status, metadataKey, metadataValue, zone: name, ...filter }) => {
        const statuses = status ? [status] : []
        const metadata = metadataKey ? { key: metadataKey, value: metadataValue } : undefined
        const wanted = readPaymentFilter({ ...filter, statuses, metadata })
        return csvFile('payments', paymentsTable(taking, wanted, name))
      },
    ),
  )
  app.get(
    '/orders',
    exportRoute(deps, 'orders', orderFile, (taking, { zone: name, ...filter }) =>
      csvFile('orders', ordersTable(taking, readOrderFilter(filter), name)),
    ),
  )
  app.get(
    '/journal',
    exportRoute(
      deps,
      'journal',
      z.strictObject(journalFilter).refine(...daysInOrder),
      (taking, { kind, search, ...input }) => {
        const of = { period: periodOf(input), zone: input.zone, kind, search }
        return csvFile(named('journal', input), journalTable(taking, of))
      },
    ),
  )
  app.get(
    '/trial-balance',
    exportRoute(deps, 'trial-balance', days, async ({ merchantId }, input) => {
      const lines = await trialBalance(deps.pages, merchantId, periodOf(input))
      return csvFile(named('trial-balance', input), trialBalanceTable(lines))
    }),
  )
  app.get(
    '/statement',
    exportRoute(
      deps,
      'statement',
      z.strictObject({ ...periodShape, account: z.string().max(64) }).refine(...daysInOrder),
      async (taking, { account, ...input }) => {
        const id = uuidOf('acc', account)
        const period = periodOf(input)
        const lines = await trialBalance(deps.pages, taking.merchantId, period)
        const line = lines.find((one) => one.id === id) ?? notFound()
        const name = named(`statement-${line.currency}-${line.code}`, input)
        return csvFile(name, statementTable(taking, line, { period, zone: input.zone }))
      },
    ),
  )
  app.get('/month-end', exportRoute(deps, 'month-end', packDays, packFile))
  return app
}

/** The bank's movements: `GET /api/reconciliation/export`. */
export function movementExport(deps: Deps) {
  const query = movementFilter.extend(zoned)
  return new Hono().get(
    '/export',
    exportRoute(deps, 'reconciliation', query, (taking, { zone: name, ...filter }) =>
      csvFile('reconciliation', movementsTable(taking, filter, name)),
    ),
  )
}

/** The audit log: `GET /api/audit/export?format=csv`. */
export function auditExport(deps: Deps) {
  return new Hono().get(
    '/export',
    exportRoute(deps, 'audit', auditQuery, (taking, { format, zone: name, ...filter }) =>
      auditFile(taking, filter, { format, zone: name }),
    ),
  )
}

/** `journal-2026-11-01-2026-11-30`. */
function named(name: string, { first, last }: { first?: string | undefined; last?: string | undefined }) {
  return [name, first, last].filter(Boolean).join('-')
}
