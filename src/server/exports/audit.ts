import { type AuditFilter, type LoggedEntry, listAudit } from '@/platform/audit'
import { csvText, instantCells, instantColumns } from './csv-file'
import type { ExportedFile, Taking } from './export-route'

const PAGE = 500

const COLUMNS = [
  'seq',
  ...instantColumns('at'),
  'actor',
  'address',
  'requestId',
  'action',
  'subject',
  'detail',
  'id',
  'hash',
  'changes',
]

/** The audit log, newest first, with the hash of each entry. */
export function auditFile(
  taking: Taking,
  filter: Omit<AuditFilter, 'limit' | 'before'>,
  { format, zone }: { format: 'csv' | 'jsonl'; zone: string },
): ExportedFile {
  const found = entries(taking, filter)
  return format === 'csv'
    ? { name: 'audit.csv', type: 'text/csv; charset=utf-8', pieces: csvOf(found, zone) }
    : { name: 'audit.jsonl', type: 'application/jsonl; charset=utf-8', pieces: jsonOf(found) }
}

async function* entries(
  { deps, merchantId }: Taking,
  filter: Omit<AuditFilter, 'limit' | 'before'>,
): AsyncGenerator<LoggedEntry[]> {
  let before: string | null = null
  for (;;) {
    const page: LoggedEntry[] = await listAudit(deps.pages, merchantId, { ...filter, before, limit: PAGE })
    yield page
    const last = page.at(-1)
    if (page.length < PAGE || !last) return
    before = last.seq
  }
}

function csvOf(found: AsyncIterable<LoggedEntry[]>, zone: string): AsyncIterable<string> {
  const when = instantCells(zone)
  async function* pages() {
    for await (const page of found)
      yield page.map(({ seq, at, actor, address, requestId, action, subject, detail, changes, id, hash }) => [
        BigInt(seq),
        ...when(at),
        actor,
        address,
        requestId,
        action,
        subject,
        detail,
        id,
        hash,
        changes.length === 0 ? '' : JSON.stringify(changes),
      ])
  }
  return csvText({ columns: COLUMNS, pages: pages() })
}

async function* jsonOf(found: AsyncIterable<LoggedEntry[]>): AsyncGenerator<string> {
  for await (const page of found) yield page.map((entry) => `${JSON.stringify(entry)}\n`).join('')
}
