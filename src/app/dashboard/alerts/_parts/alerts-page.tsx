'use client'
import Link from 'next/link'
import { useState } from 'react'
import { buttonClass } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { Select } from '@/ui/field'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { type AlertPage, api, type ListedAlert } from '../../_parts/api'
import { ListFrame } from '../../_parts/list/list-frame'
import { useLiveQuery } from '../../_parts/live/live-query'
import { AcknowledgeDialog } from './acknowledge-dialog'
import { AlertList } from './alert-list'
import { ALERT_STATES, type AlertListQuery, type AlertStateName } from './alert-query'
import { paramsOf, queryOf, useAlertFilters } from './use-alert-query'

const WORDS: Record<AlertStateName, { word: string; none: string; note: string }> = {
  open: {
    word: 'Open',
    none: 'Nothing needs a person',
    note: 'An alert comes here within seconds of its cause, and ends by itself when the cause is gone.',
  },
  acknowledged: {
    word: 'Acknowledged',
    none: 'Nobody has an alert in hand',
    note: 'Alerts that somebody has taken on stay here until their cause is gone.',
  },
  ended: {
    word: 'Ended',
    none: 'No alert has ended yet',
    note: 'Alerts are kept for a year after their end.',
  },
}

/** @param mailbox there is a page of mails: the installation is a sandbox */
export function AlertsPage({
  initial,
  initialQuery,
  mailbox,
}: {
  initial: AlertPage | null
  initialQuery: AlertListQuery
  mailbox: boolean
}) {
  const { filters, change, clear } = useAlertFilters()
  const [chosen, setChosen] = useState<ListedAlert | null>(null)
  const query = queryOf(filters)
  const live = useLiveQuery(
    ['alerts'],
    query,
    (wanted) => api.alerts.list.query(wanted),
    { initial, initialQuery },
    { on: ['alerts', 'acts'] },
  )
  const kinds = live.data?.kinds ?? []
  const words = WORDS[query.state]
  return (
    <>
      <PageHeader
        title="Alerts"
        note="What needs a person, what it means for money, and what to do. An alert ends when its cause is gone."
        actions={
          mailbox && (
            <Link href="/dashboard/mailbox" className={buttonClass()}>
              Mailbox
            </Link>
          )
        }
      />
      <search className="mb-4 grid gap-2 sm:grid-cols-[12rem_minmax(14rem,26rem)]">
        <Select
          aria-label="State"
          value={query.state}
          onChange={(event) =>
            change({ state: ALERT_STATES.find((state) => state === event.target.value) ?? null })
          }
        >
          {ALERT_STATES.map((state) => (
            <option key={state} value={state}>
              {WORDS[state].word}
            </option>
          ))}
        </Select>
        <Select
          aria-label="Kind"
          value={filters.kind ?? ''}
          onChange={(event) => change({ kind: event.target.value || null })}
        >
          <option value="">Any kind</option>
          {kinds.map(({ kind, title }) => (
            <option key={kind} value={kind}>
              {title}
            </option>
          ))}
        </Select>
      </search>
      <ListFrame
        live={live}
        filters={{ active: filters.kind !== null, params: paramsOf(filters), clear }}
        path="/dashboard/alerts"
        what="alerts"
        table={(alerts) => <AlertList alerts={alerts} onAcknowledge={setChosen} />}
        empty={<EmptyState title={words.none}>{words.note}</EmptyState>}
      />
      <p className="mt-4 max-w-[80ch] text-ink-3 text-ui">
        Choose of which alerts you get a mail under{' '}
        <Link href="/dashboard/settings/notifications" className={LINK}>
          Notifications
        </Link>
        . Endpoints of webhooks get them as <code className="font-mono text-xs">alert.opened</code> and{' '}
        <code className="font-mono text-xs">alert.ended</code>.
      </p>
      {chosen && (
        <AcknowledgeDialog
          alert={chosen}
          onClose={() => setChosen(null)}
          onDone={() => {
            setChosen(null)
            void live.refetch()
          }}
        />
      )}
    </>
  )
}
