'use client'
import Link from 'next/link'
import { Banner } from '@/ui/banner'
import { buttonClass } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { Input, Select } from '@/ui/field'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { Timestamp } from '@/ui/timestamp'
import { type ApiKeysData, api, type RequestPage } from '../../../_parts/api'
import { InstantInput } from '../../../_parts/list/instant-input'
import { ListFrame } from '../../../_parts/list/list-frame'
import { timeParam } from '../../../_parts/list/search-params'
import { useLiveQuery } from '../../../_parts/live/live-query'
import { counted } from '../../../_parts/words'
import { FILTERS, METHODS, paramsOf, queryOf, type RequestListQuery, STATUSES } from './request-filters'
import { RequestTable } from './request-table'
import { useRequestFilters } from './use-request-filters'

const PATH = '/dashboard/developers/requests'

/** The request log of programs. */
export function RequestsPage({
  initial,
  initialQuery,
  keys,
}: {
  initial: RequestPage | null
  initialQuery: RequestListQuery
  keys: ApiKeysData['keys']
}) {
  const { filters, change, clear } = useRequestFilters()
  const query = queryOf(filters)
  const live = useLiveQuery(['requests'], query, (wanted) => api.requests.list.query(wanted), {
    initial,
    initialQuery,
  })
  const page = live.data
  const choice = (
    name: 'apiKey' | 'status' | 'method',
    label: string,
    any: string,
    options: [string, string][],
  ) => (
    <Select
      aria-label={label}
      value={filters[name] ?? ''}
      onChange={(event) => change({ [name]: event.target.value || null })}
    >
      <option value="">{any}</option>
      {options.map(([value, word]) => (
        <option key={value} value={value}>
          {word}
        </option>
      ))}
    </Select>
  )
  const text = (name: 'path' | 'key' | 'requestId', label: string, placeholder: string) => (
    <Input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      maxLength={255}
      value={filters[name] ?? ''}
      onChange={(event) => change({ [name]: event.target.value || null })}
    />
  )
  return (
    <>
      <PageHeader
        back={
          <Link href="/dashboard/developers" className={LINK}>
            Developers
          </Link>
        }
        title="Requests"
        note={noteOf(page)}
      />
      {page && page.lost.count > 0 && page.lost.lastAt && (
        <Banner
          tone="warn"
          className="mb-4"
          title={`${counted(page.lost.count, 'request is', 'requests are')} not in this log`}
        >
          There were too many at once, or the database was away; the last was at{' '}
          <Timestamp at={page.lost.lastAt} />. Payments and their attempts are not affected.
        </Banner>
      )}
      <search className="mb-4 grid gap-2 sm:grid-cols-2 lg:grid-cols-4">
        {choice(
          'apiKey',
          'API key',
          'Any API key',
          keys.map(({ id, name, hint }) => [id, `${name} (${hint})`]),
        )}
        {choice('status', 'Status', 'Any status', Object.entries(STATUSES))}
        {choice(
          'method',
          'Method',
          'Any method',
          METHODS.map((method) => [method, method]),
        )}
        {text('path', 'Beginning of the path', 'Path: /api/v1/pay…')}
        {text('key', 'Idempotency key', 'Whole idempotency key')}
        {text('requestId', 'Request id', 'Request id')}
        <InstantInput
          id="requests-from"
          label="From"
          value={timeParam(filters.from ?? undefined) ?? null}
          onChange={(from) => change({ from })}
        />
        <InstantInput
          id="requests-until"
          label="Until"
          value={timeParam(filters.until ?? undefined) ?? null}
          onChange={(until) => change({ until })}
        />
      </search>
      {(filters.newKeys || filters.problem) && (
        <p className="mb-4 flex flex-wrap items-center gap-2 text-ink-2 text-ui">
          {filters.newKeys && 'Only requests for something that another key was used for.'}
          {filters.problem && (
            <span>
              Only the problem <span className="font-mono text-xs">{filters.problem}</span>.
            </span>
          )}
          <button
            type="button"
            className={buttonClass('secondary', 'sm')}
            onClick={() => change({ newKeys: null, problem: null })}
          >
            Show all
          </button>
        </p>
      )}
      <ListFrame
        live={live}
        filters={{
          active: FILTERS.some((name) => filters[name] !== null),
          params: paramsOf(filters),
          clear,
          ...(page?.searchedPart
            ? { hint: 'Not all requests were looked through. Go on with the older ones below.' }
            : {}),
        }}
        path={PATH}
        what="requests"
        table={(requests) => <RequestTable requests={requests} />}
        empty={<NoneYet keptDays={page?.keptDays} />}
      />
    </>
  )
}

function noteOf(page: RequestPage | undefined): string {
  if (page?.keptDays === 0) return 'The request log is switched off.'
  const days = page ? `for ${counted(page.keptDays, 'day', 'days')}` : 'for some days'
  return `What your programs sent to the API, kept ${days}. Secrets, names, e-mail addresses, descriptions and values of metadata are masked before anything is stored.`
}

function NoneYet({ keptDays }: { keptDays: number | undefined }) {
  if (keptDays === 0)
    return (
      <EmptyState title="The request log is switched off">
        Set PAYONCE_REQUEST_LOG_DAYS to the days for which requests are to be kept.
      </EmptyState>
    )
  return (
    <EmptyState
      title="No requests yet"
      action={
        <Link href="/dashboard/developers" className={buttonClass('primary')}>
          Send a first request
        </Link>
      }
    >
      A request appears here a few seconds after its answer.
    </EmptyState>
  )
}
