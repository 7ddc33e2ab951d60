import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { operatorOf } from '@/access/operator'
import { showId } from '@/lib/id'
import { listMovementRows, type MovementFilter, type MovementRow } from '@/payments/movements/read'
import { csvLine } from './csv'
import type { Deps } from './deps'
import { FACTOR_NEEDED, mustAddFactor } from './factor-rule'
import { validationProblem } from './problem-of'
import { sendProblem } from './rest/respond'
import { movementFilter } from './wire/movement-shapes'

/** Rows per read: some hundred kilobytes are in memory, and no statement runs for long. */
const PAGE = 500
/** Rows of one file. 100,000: the answer ends; a shorter period gets the rest. */
const ROWS_MAX = 100_000

const COLUMNS = [
  'movement',
  'at',
  'kind',
  'amountMinor',
  'feeMinor',
  'netMinor',
  'currency',
  'state',
  'rule',
  'payment',
  'refund',
  'about',
  'gateway',
]

/** The bank's movements with our judgement of them as a file, newest first: `GET /api/reconciliation/export`. For operators only. */
export function movementExport(deps: Deps) {
  const app = new Hono()
  app.get('/export', async (c) => {
    const operator = await operatorOf(deps, c.req.raw.headers)
    if (!operator) return sendProblem(c, { kind: 'unauthorized', detail: 'Sign in first.' })
    if (mustAddFactor(deps.env, operator)) return sendProblem(c, FACTOR_NEEDED)
    const asked = movementFilter.safeParse(c.req.query())
    if (!asked.success) return sendProblem(c, validationProblem(asked.error))
    c.header('Content-Type', 'text/csv; charset=utf-8')
    c.header('Content-Disposition', 'attachment; filename="reconciliation.csv"')
    return stream(c, async (out) => {
      await out.write(csvLine(COLUMNS))
      for await (const page of pagesOf(deps, operator.merchantId, asked.data)) {
        if (out.aborted) return
        await out.write(page.map(lineOf).join(''))
      }
    })
  })
  return app
}

async function* pagesOf(
  { pages }: Deps,
  merchantId: string,
  filter: MovementFilter,
): AsyncGenerator<MovementRow[]> {
  let after: { at: string; id: string } | null = null
  for (let sent = 0; sent < ROWS_MAX; sent += PAGE) {
    const page: MovementRow[] = await listMovementRows(pages, merchantId, filter, { after, limit: PAGE })
    if (page.length > 0) yield page
    const last = page.at(-1)
    if (page.length < PAGE || !last) return
    after = { at: last.cursor, id: last.ref }
  }
}

function lineOf(row: MovementRow): string {
  return csvLine([
    row.ref,
    row.at,
    row.kind,
    row.amount,
    row.fee,
    row.amount - row.fee,
    row.currency,
    row.state,
    row.rule,
    row.paymentId && showId('pay', row.paymentId),
    row.refundId && showId('ref', row.refundId),
    row.subjectRef,
    row.gateway,
  ])
}
