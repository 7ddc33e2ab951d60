'use client'
import { useQuery } from '@tanstack/react-query'
import { EmptyState } from '@/ui/empty-state'
import { Input } from '@/ui/field'
import { PageHeader } from '@/ui/page-header'
import { useZoneName } from '@/ui/timestamp'
import { type AuditPage as AuditPageData, api } from '../../_parts/api'
import { FileLink } from '../../_parts/files/file-link'
import { InstantInput } from '../../_parts/list/instant-input'
import { ListFrame } from '../../_parts/list/list-frame'
import { timeParam } from '../../_parts/list/search-params'
import { useLiveQuery } from '../../_parts/live/live-query'
import { AuditTable } from './audit-table'
import { ChainCard } from './chain-card'
import { type AuditListQuery, exportQuery, paramsOf, queryOf, useAuditFilters } from './use-audit-query'

const FIELDS = [
  { name: 'actor', label: 'Actor', placeholder: 'operator:… or key:…', type: 'search' },
  { name: 'action', label: 'Action', placeholder: 'refund, api-key…', type: 'search' },
  { name: 'subject', label: 'Subject', placeholder: 'Whole id', type: 'search' },
  { name: 'from', label: 'From', placeholder: '', type: 'datetime-local' },
  { name: 'until', label: 'Until', placeholder: '', type: 'datetime-local' },
] as const

export function AuditPage({
  initial,
  initialQuery,
}: {
  initial: AuditPageData | null
  initialQuery: AuditListQuery
}) {
  const { filters, change, clear } = useAuditFilters()
  const zone = useZoneName()
  const query = queryOf(filters)
  const live = useLiveQuery(
    ['audit'],
    query,
    (wanted) => api.audit.list.query(wanted),
    { initial, initialQuery },
    { on: ['acts'] },
  )
  // Once for each visit: a check recomputes every hash.
  const chains = useQuery({ queryKey: ['audit-chains'], queryFn: () => api.audit.chains.query() })
  const filtered = FIELDS.some(({ name }) => filters[name])
  return (
    <>
      <PageHeader
        title="Audit log"
        note="Who did what, from where, and in which request. Entries are only ever added."
      />
      {chains.data && <ChainCard state={chains.data} />}
      <search className="mb-4 grid gap-2 sm:grid-cols-2 xl:grid-cols-5">
        {FIELDS.map(({ name, label, placeholder, type }) => (
          <label key={name} htmlFor={`audit-${name}`} className="block text-ink-2 text-xs">
            {label}
            {type === 'datetime-local' ? (
              <InstantInput
                id={`audit-${name}`}
                value={timeParam(filters[name] ?? undefined) ?? null}
                onChange={(value) => change({ [name]: value })}
              />
            ) : (
              <Input
                id={`audit-${name}`}
                type={type}
                placeholder={placeholder}
                maxLength={100}
                value={filters[name] ?? ''}
                onChange={(event) => change({ [name]: event.target.value || null })}
              />
            )}
          </label>
        ))}
      </search>
      <p className="mb-4 flex flex-wrap gap-2">
        <FileLink file="/api/audit/export" query={{ format: 'csv', ...exportQuery(filters), zone }}>
          Export CSV
        </FileLink>
        <FileLink file="/api/audit/export" query={{ format: 'jsonl', ...exportQuery(filters) }}>
          Export JSON Lines
        </FileLink>
      </p>
      <ListFrame
        live={live}
        filters={{ active: filtered, params: paramsOf(filters), clear }}
        path="/dashboard/audit"
        name="log"
        what="entries"
        table={(entries) => <AuditTable entries={entries} />}
        empty={<EmptyState title="Nothing was logged yet" />}
      />
    </>
  )
}
