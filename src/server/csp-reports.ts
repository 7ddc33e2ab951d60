import { Hono } from 'hono'
import { z } from 'zod'
import { type Db, rows, sql } from '@/platform/db'
import type { Log } from '@/platform/log'
import { CSP_REPORT_PATH } from './security-headers'

/** 8 KiB: a browser's report has about 1 kB, a batch of the Reporting API a few. */
const BODY_MAX_BYTES = 8 * 1024
/** Violations read out of one request. */
const BATCH_MAX = 10
/** Reports taken per minute by one process, from everybody: what one broken page sends is the same row anyway. */
const PER_MINUTE = 120
/** Different violations kept. More than a broken release makes; a flood of invented ones stops here. */
const ROWS_MAX = 500
/** Days after its last report until a violation is forgotten. */
const KEEP_DAYS = 90

/** A violation of the Content-Security-Policy, as stored: nothing in it tells who the reader was or what they opened. */
export interface Violation {
  directive: string
  /** `inline`, `eval`, or the address without its query. */
  blocked: string
  /** The page's path, with `*` for every id, token and unknown word. */
  page: string
}

const text = z.string().max(4_000).catch('')
const legacy = z.object({
  'csp-report': z.object({
    'effective-directive': text,
    'violated-directive': text,
    'blocked-uri': text,
    'document-uri': text,
  }),
})
const reporting = z.object({
  type: z.literal('csp-violation'),
  body: z.object({ effectiveDirective: text, blockedURL: text, documentURL: text }),
})

/** Violations in a body of either form: `report-uri` (CSP 2) or the Reporting API. Of other content: none. */
export function violationsOf(body: unknown): Violation[] {
  const reports = (Array.isArray(body) ? body : [body]).slice(0, BATCH_MAX)
  return reports.flatMap((report) => {
    const old = legacy.safeParse(report).data?.['csp-report']
    if (old)
      return violation(
        old['effective-directive'] || old['violated-directive'],
        old['blocked-uri'],
        old['document-uri'],
      )
    const now = reporting.safeParse(report).data?.body
    return now ? violation(now.effectiveDirective, now.blockedURL, now.documentURL) : []
  })
}

function violation(directive: string, blocked: string, page: string): Violation[] {
  const [name = ''] = directive.split(' ')
  if (!/^[a-z-]{3,40}$/.test(name)) return []
  const what = placeOf(blocked)
  return what === null ? [] : [{ directive: name, blocked: what, page: pathOf(page) }]
}

/** Null: an extension of the reader's browser, which is none of our pages' business. */
function placeOf(blocked: string): string | null {
  if (/^[a-z-]{0,40}$/.test(blocked)) return blocked || 'unknown'
  if (!URL.canParse(blocked)) return 'unknown'
  const url = new URL(blocked)
  if (/extension:$/.test(url.protocol)) return null
  if (!/^(https?|wss?):$/.test(url.protocol)) return url.protocol.slice(0, 40)
  return `${url.origin}${wordsOf(url.pathname)}`.slice(0, 200)
}

function pathOf(page: string): string {
  return URL.canParse(page) ? wordsOf(new URL(page).pathname).slice(0, 200) : 'unknown'
}

/** Keeps short plain words: an address of ours holds order ids and receipt tokens, which are not to be stored here. */
function wordsOf(pathname: string): string {
  return pathname
    .split('/')
    .map((word) => (/^[a-z][a-z.-]{0,23}$|^$/.test(word) ? word : '*'))
    .join('/')
}

/** Counts a violation; one that is new is not stored when the table is full. */
async function store(db: Db, { directive, blocked, page }: Violation): Promise<void> {
  await db.$executeRaw(sql`
    INSERT INTO csp_report AS r (directive, blocked, page)
    SELECT ${directive}, ${blocked}, ${page}
    WHERE (SELECT count(*) FROM csp_report) < ${ROWS_MAX} OR EXISTS (
      SELECT 1 FROM csp_report WHERE directive = ${directive} AND blocked = ${blocked} AND page = ${page})
    ON CONFLICT (directive, blocked, page) DO UPDATE SET count = r.count + 1, last_seen_at = now()`)
}

const stored = z.object({
  directive: z.string(),
  blocked: z.string(),
  page: z.string(),
  count: z.bigint(),
  firstSeenAt: z.date(),
  lastSeenAt: z.date(),
})

/** The violations, the latest first. */
export function listViolations(db: Db, limit = 100): Promise<z.infer<typeof stored>[]> {
  return rows(
    db,
    stored,
    sql`
      SELECT directive, blocked, page, count, first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt"
      FROM csp_report ORDER BY last_seen_at DESC, directive, blocked, page LIMIT ${limit}`,
  )
}

/** Forgets violations that nobody has reported for long. @returns how many */
export function forgetViolations(db: Db): Promise<number> {
  return db.$executeRaw(
    sql`DELETE FROM csp_report WHERE last_seen_at < now() - ${KEEP_DAYS} * interval '1 day'`,
  )
}

/**
 * Takes browsers' reports. Always 204, also for what is not stored: a sender learns nothing. 413 when the body is
 * larger than any report, 429 above the limit, both before the body is parsed.
 */
export function cspReports({ db, log }: { db: Db; log: Log }, now: () => number = Date.now) {
  const app = new Hono()
  let minute = 0
  let taken = 0
  app.post(CSP_REPORT_PATH, async (c) => {
    const current = Math.floor(now() / 60_000)
    if (current !== minute) [minute, taken] = [current, 0]
    if (++taken > PER_MINUTE) return c.body(null, 429, { 'Retry-After': '60' })
    const body = await c.req.text()
    if (body.length > BODY_MAX_BYTES) return c.body(null, 413)
    for (const found of violationsOf(parsed(body))) {
      log.warn({ violation: found }, 'a page broke its Content-Security-Policy')
      await store(db, found)
    }
    return c.body(null, 204)
  })
  return app
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
