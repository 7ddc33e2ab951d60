'use client'
import Link from 'next/link'
import { Badge } from '@/ui/badge'
import { Button, buttonClass } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { PageHeader } from '@/ui/page-header'
import { Timestamp } from '@/ui/timestamp'
import { type AccountOverview, api, type FactorsData } from '../../_parts/api'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { useLive } from '../../_parts/live/live-query'
import { StaleDataBanner } from '../../_parts/live/stale-data'
import { ROLE_LABELS } from '../../_parts/role-labels'
import { deviceName } from './device-name'
import { FactorsCard } from './factors/factors-card'
import { PasswordForm } from './password-form'

/** The signed-in operator's own account: role, password, second factors, sessions. */
export function AccountSettingsPage({
  initial,
  factors,
}: {
  initial: AccountOverview
  factors: FactorsData
}) {
  const live = useLive(['account'], () => api.account.get.query(), initial)
  const { name, email, role, sessions } = live.data ?? initial
  const everywhere = useSubmitOnce(
    () => api.account.endAllSessions.mutate(),
    () => window.location.assign('/sign-in'),
  )
  return (
    <>
      <PageHeader
        title="Account"
        note={`${name}, ${email}. ${ROLE_LABELS[role].word}: ${ROLE_LABELS[role].hint}`}
        actions={
          role === 'admin' && (
            <Link href="/dashboard/operators" className={buttonClass()}>
              Operators
            </Link>
          )
        }
      />
      <StaleDataBanner query={live} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <div className="flex flex-col gap-4">
          <Card>
            <CardHeader
              title="Sessions"
              note="Each ends 12 hours after its last use, and 24 hours after the sign-in."
              actions={
                <Button size="sm" variant="danger" busy={everywhere.busy} onClick={everywhere.press}>
                  Sign out everywhere
                </Button>
              }
            />
            <p role="alert" className="px-4 pt-2 text-bad text-ui empty:hidden sm:px-5">
              {everywhere.failure}
            </p>
            <ul className="divide-y divide-line">
              {sessions.map((session) => (
                <SessionItem key={session.id} session={session} onEnded={() => void live.refetch()} />
              ))}
            </ul>
          </Card>
          <FactorsCard initial={factors} onChanged={() => void live.refetch()} />
        </div>
        <PasswordForm email={email} onChanged={() => void live.refetch()} />
      </div>
    </>
  )
}

function SessionItem({
  session,
  onEnded,
}: {
  session: AccountOverview['sessions'][number]
  onEnded(): void
}) {
  const end = useSubmitOnce(() => api.account.endSession.mutate({ id: session.id }), onEnded)
  const device = deviceName(session.device)
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 py-2.5 text-ui sm:px-5">
      <span className="min-w-0 flex-1 basis-44">
        <span className="flex flex-wrap items-center gap-x-2 font-medium">
          {device} {session.current && <Badge tone="ok">This one</Badge>}
        </span>
        <span className="block text-ink-3 text-xs [overflow-wrap:anywhere]">
          {session.address || 'Address not known'} · last used{' '}
          <Timestamp at={session.lastUsedAt} seconds={false} />
        </span>
        <span role="alert" className="block text-bad text-xs empty:hidden">
          {end.failure}
        </span>
      </span>
      {!session.current && (
        <Button size="sm" busy={end.busy} onClick={end.press}>
          End<span className="sr-only"> the session of {device}</span>
        </Button>
      )}
    </li>
  )
}
