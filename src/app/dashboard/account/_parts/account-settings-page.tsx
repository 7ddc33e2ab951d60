'use client'
import { Button } from '@/ui/button'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { PageHeader } from '@/ui/page-header'
import { type AccountOverview, api, type FactorsData } from '../../_parts/api'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { useLive } from '../../_parts/live/live-query'
import { StaleDataBanner } from '../../_parts/live/stale-data'
import { ROLE_LABELS } from '../../_parts/role-labels'
import { SessionItem } from '../../_parts/sessions/session-item'
import { SingleKeysChoice } from '../../_parts/shortcuts/single-keys-choice'
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
  const live = useLive(['account'], () => api.account.get.query(), initial, { on: ['acts'], everyMs: 30_000 })
  const { name, email, role, sessions } = live.data ?? initial
  const others = useSubmitOnce(
    () => api.account.endOtherSessions.mutate(),
    () => void live.refetch(),
  )
  const everywhere = useSubmitOnce(
    () => api.account.endAllSessions.mutate(),
    () => window.location.assign('/sign-in'),
  )
  return (
    <>
      <PageHeader
        title="Your account"
        note={`${name}, ${email}. ${ROLE_LABELS[role].word}: ${ROLE_LABELS[role].hint}`}
      />
      <StaleDataBanner query={live} />
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        <div className="flex flex-col gap-4">
          <Card>
            <CardHeader
              title="Sessions"
              note="Each ends 12 hours after its last use, and 24 hours after the sign-in."
              actions={
                <>
                  {sessions.length > 1 && (
                    <Button size="sm" busy={others.busy} onClick={others.press}>
                      End all others
                    </Button>
                  )}
                  <Button size="sm" variant="danger" busy={everywhere.busy} onClick={everywhere.press}>
                    Sign out everywhere
                  </Button>
                </>
              }
            />
            <p role="alert" className="px-4 pt-2 text-bad text-ui empty:hidden sm:px-5">
              {everywhere.failure ?? others.failure}
            </p>
            <ul className="divide-y divide-line">
              {sessions.map((session) => (
                <SessionItem
                  key={session.id}
                  session={session}
                  end={() => api.account.endSession.mutate({ id: session.id })}
                  onEnded={() => void live.refetch()}
                />
              ))}
            </ul>
          </Card>
          <FactorsCard initial={factors} onChanged={() => void live.refetch()} />
        </div>
        <div className="flex flex-col gap-4">
          <PasswordForm email={email} onChanged={() => void live.refetch()} />
          <Card>
            <CardHeader title="Keyboard" note="Press ? on any page for a list of the shortcuts." />
            <CardBody>
              <SingleKeysChoice />
            </CardBody>
          </Card>
        </div>
      </div>
    </>
  )
}
