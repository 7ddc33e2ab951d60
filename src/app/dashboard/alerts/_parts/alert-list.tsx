import Link from 'next/link'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { LINK } from '@/ui/nav'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import { ActorName } from '../../_parts/actor-name'
import type { ListedAlert } from '../../_parts/api'
import { ByRole } from '../../_parts/frame/by-role'

/** The page of each kind of subject that has one. */
const PAGES: Record<string, (id: string) => string> = {
  payment: (id) => `/dashboard/payments/${id}`,
  idempotency_record: (id) => `/dashboard/idempotency/${id}`,
  webhook_endpoint: (id) => `/dashboard/webhooks/${id}`,
  api_key: () => '/dashboard/developers',
  invariant: () => '/dashboard/integrity',
  movement: () => '/dashboard/reconciliation?state=difference',
}

export function AlertList({
  alerts,
  onAcknowledge,
}: {
  alerts: readonly ListedAlert[]
  onAcknowledge(alert: ListedAlert): void
}) {
  return (
    <ul className="divide-y divide-line">
      {alerts.map((alert) => (
        <li key={alert.id} className="flex flex-wrap items-start justify-between gap-3 px-4 py-4 sm:px-5">
          <div className="min-w-0 flex-1 basis-72">
            <h2 className="flex flex-wrap items-center gap-x-2 gap-y-1 font-semibold text-sm">
              {alert.title}
              {alert.money && (
                <Badge tone="bad" glyph="■">
                  Money
                </Badge>
              )}
            </h2>
            <p className="mt-1 text-sm [overflow-wrap:anywhere]">
              <Subject subject={alert.subject} />: <Verbatim>{alert.detail}</Verbatim>
            </p>
            {alert.state !== 'ended' && (
              <dl className="mt-2 grid gap-x-3 gap-y-1 text-ui sm:grid-cols-[7rem_1fr]">
                <dt className="text-ink-3">It means</dt>
                <dd className="max-w-[70ch] text-ink-2">{alert.means}</dd>
                <dt className="text-ink-3">What to do</dt>
                <dd className="max-w-[70ch] text-ink-2">{alert.todo}</dd>
              </dl>
            )}
            <p className="mt-2 text-ink-3 text-xs">
              Since <Timestamp at={alert.since} />
              {alert.endedAt && (
                <>
                  , ended <Timestamp at={alert.endedAt} />
                </>
              )}
            </p>
            <TakenOn alert={alert} />
          </div>
          {alert.state === 'open' && (
            <ByRole needs="support" what="Acknowledge">
              <Button size="sm" onClick={() => onAcknowledge(alert)}>
                Acknowledge
                <span className="sr-only">
                  {' '}
                  {alert.title}, {alert.subject.id}
                </span>
              </Button>
            </ByRole>
          )}
        </li>
      ))}
    </ul>
  )
}

function TakenOn({ alert }: { alert: ListedAlert }) {
  if (!alert.acknowledgedAt)
    return alert.endedAt ? <p className="text-ink-3 text-xs">Nobody has acknowledged it.</p> : null
  return (
    <p className="mt-1 text-ink-2 text-ui [overflow-wrap:anywhere]">
      Acknowledged by <ActorName by={alert.acknowledgedBy} />, <Timestamp at={alert.acknowledgedAt} />
      {alert.note && (
        <>
          : <Verbatim>{alert.note}</Verbatim>
        </>
      )}
    </p>
  )
}

function Subject({ subject: { kind, id } }: { subject: ListedAlert['subject'] }) {
  const page = PAGES[kind]?.(id)
  const shown = (
    <>
      {kind.replaceAll('_', ' ')} <span className="font-mono text-xs">{id}</span>
    </>
  )
  return page ? (
    <Link href={page} className={LINK}>
      {shown}
    </Link>
  ) : (
    shown
  )
}
