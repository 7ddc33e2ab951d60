import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { z } from 'zod'
import { operatorOf } from '@/access/operator'
import { type AuditFilter, type LoggedEntry, listAudit } from '@/platform/audit'
import { csvLine } from './csv'
import type { Deps } from './deps'
import { FACTOR_NEEDED, mustAddFactor } from './factor-rule'
import { validationProblem } from './problem-of'
import { sendProblem } from './rest/respond'
import { instant, words } from './wire/json'

const query = z.strictObject({
  format: z.enum(['csv', 'jsonl']),
  actor: words(200).optional(),
  action: words(100).optional(),
  subject: words(200).optional(),
  from: instant.optional(),
  until: instant.optional(),
})

/** Rows per read: a megabyte at most is in memory, and no statement runs for long. */
const PAGE = 500
/** Rows of one file. 100,000: years of a merchant's log, and the answer ends; a filter by time gets the rest. */
const ROWS_MAX = 100_000

const COLUMNS = [
  'seq',
  'at',
  'actor',
  'address',
  'requestId',
  'action',
  'subject',
  'detail',
  'id',
  'hash',
] as const

/** The audit log as a file, newest first, with the hash of each entry: `GET /api/audit/export?format=csv`. For operators only. */
export function auditExport(deps: Deps) {
  const app = new Hono()
  app.get('/export', async (c) => {
    const operator = await operatorOf(deps, c.req.raw.headers)
    if (!operator) return sendProblem(c, { kind: 'unauthorized', detail: 'Sign in first.' })
    if (mustAddFactor(deps.env, operator)) return sendProblem(c, FACTOR_NEEDED)
    const asked = query.safeParse(c.req.query())
    if (!asked.success) return sendProblem(c, validationProblem(asked.error))
    const { format, ...filter } = asked.data
    c.header(
      'Content-Type',
      format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8',
    )
    c.header('Content-Disposition', `attachment; filename="audit.${format}"`)
    const line = format === 'csv' ? auditLine : jsonLine
    return stream(c, async (out) => {
      if (format === 'csv') await out.write(`${COLUMNS.join(',')}\r\n`)
      for await (const page of pagesOf(deps, operator.merchantId, filter)) {
        if (out.aborted) return
        await out.write(page.map(line).join(''))
      }
    })
  })
  return app
}

async function* pagesOf(
  { db }: Deps,
  merchantId: string,
  filter: Omit<AuditFilter, 'limit'>,
): AsyncGenerator<LoggedEntry[]> {
  let before: string | null = null
  for (let sent = 0; sent < ROWS_MAX; sent += PAGE) {
    const page: LoggedEntry[] = await listAudit(db, merchantId, { ...filter, before, limit: PAGE })
    if (page.length > 0) yield page
    const last = page.at(-1)
    if (page.length < PAGE || !last) return
    before = last.seq
  }
}

const jsonLine = (entry: LoggedEntry) => `${JSON.stringify(entry)}\n`

function auditLine(entry: LoggedEntry): string {
  return csvLine(COLUMNS.map((column) => entry[column]))
}
