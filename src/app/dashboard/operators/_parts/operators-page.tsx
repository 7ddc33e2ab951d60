'use client'
import Link from 'next/link'
import { useState } from 'react'
import { Badge } from '@/ui/badge'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { Timestamp } from '@/ui/timestamp'
import { api, type TeamData, type TeamMember } from '../../_parts/api'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { useLive } from '../../_parts/live/live-query'
import { StaleDataBanner } from '../../_parts/live/stale-data'
import { ROLE_LABELS } from '../../_parts/role-labels'
import { InviteDialog } from './invite-dialog'
import { MemberDialog } from './member-dialog'
import { SessionsDialog } from './sessions-dialog'

type OpenDialog =
  | { what: 'invite' }
  | { what: 'role' | 'remove' | 'factors' | 'sessions'; row: TeamMember }
  | null

/** The people who may see this merchant's dashboard, and who is invited. */
export function OperatorsPage({ initial }: { initial: TeamData }) {
  const live = useLive(['operators'], () => api.operators.list.query(), initial, { on: ['acts'] })
  const { operators, invitations } = live.data ?? initial
  const [open, setOpen] = useState<OpenDialog>(null)
  const [made, setMade] = useState<{ email: string; link: string } | null>(null)
  const close = () => setOpen(null)
  const refresh = () => {
    close()
    void live.refetch()
  }
  return (
    <>
      <PageHeader
        title="Team"
        note={
          <>
            Each person has a sign-in of their own. A change of a role ends the person’s sessions at once.{' '}
            <Link href="/dashboard/settings/roles" className={LINK}>
              What each role may do
            </Link>
          </>
        }
        actions={
          <Button variant="primary" onClick={() => setOpen({ what: 'invite' })}>
            Invite operator
          </Button>
        }
      />
      {made && <InvitationLink {...made} onGone={() => setMade(null)} />}
      <StaleDataBanner query={live} />
      <div className="flex flex-col gap-4">
        <Card>
          <CardHeader title="Operators" />
          <ul className="divide-y divide-line">
            {operators.map((row) => (
              <li key={row.id} className={ITEM}>
                <span className="min-w-0 flex-1 basis-56">
                  <span className="flex flex-wrap items-center gap-x-2 font-medium">
                    <span className="break-words">{row.name}</span>
                    <Badge>{ROLE_LABELS[row.role].word}</Badge>
                    {row.you && <Badge tone="info">You</Badge>}
                    {row.hasFactor && <Badge tone="ok">Second factor</Badge>}
                  </span>
                  <span className="block break-words text-ink-3 text-xs">
                    {row.email}
                    {row.lastUsedAt && (
                      <>
                        {' · last seen '}
                        <Timestamp at={row.lastUsedAt} seconds={false} />
                      </>
                    )}
                  </span>
                </span>
                <span className="flex flex-wrap gap-2">
                  {row.hasFactor && !row.you && (
                    <Button size="sm" onClick={() => setOpen({ what: 'factors', row })}>
                      Reset second factor<span className="sr-only"> of {row.name}</span>
                    </Button>
                  )}
                  {!row.you && row.lastUsedAt && (
                    <Button size="sm" onClick={() => setOpen({ what: 'sessions', row })}>
                      Sessions<span className="sr-only"> of {row.name}</span>
                    </Button>
                  )}
                  <Button size="sm" onClick={() => setOpen({ what: 'role', row })}>
                    Change role<span className="sr-only"> of {row.name}</span>
                  </Button>
                  <Button size="sm" variant="danger" onClick={() => setOpen({ what: 'remove', row })}>
                    Remove<span className="sr-only"> {row.name}</span>
                  </Button>
                </span>
              </li>
            ))}
          </ul>
        </Card>
        {invitations.length > 0 && (
          <Card>
            <CardHeader
              title="Open invitations"
              note="A link works once, within 72 hours. A new link ends the one before."
            />
            <ul className="divide-y divide-line">
              {invitations.map((row) => (
                <InvitationItem
                  key={row.id}
                  row={row}
                  onEnded={refresh}
                  onRenewed={(done) => {
                    setMade(done)
                    refresh()
                  }}
                />
              ))}
            </ul>
          </Card>
        )}
      </div>
      {open?.what === 'invite' && (
        <InviteDialog
          onClose={close}
          onDone={(done) => {
            setMade(done)
            refresh()
          }}
        />
      )}
      {open?.what === 'sessions' && <SessionsDialog row={open.row} onClose={close} />}
      {open && open.what !== 'invite' && open.what !== 'sessions' && (
        <MemberDialog what={open.what} row={open.row} onClose={close} onDone={refresh} />
      )}
    </>
  )
}

const ITEM = 'flex flex-wrap items-center justify-between gap-x-3 gap-y-2 px-4 py-2.5 text-ui sm:px-5'

function InvitationItem({
  row,
  onEnded,
  onRenewed,
}: {
  row: TeamData['invitations'][number]
  onEnded(): void
  onRenewed(made: { email: string; link: string }): void
}) {
  const act = useSubmitOnce(() => api.operators.revokeInvitation.mutate({ id: row.id }), onEnded)
  const renewal = useSubmitOnce(() => api.operators.renewInvitation.mutate({ id: row.id }), onRenewed)
  return (
    <li className={ITEM}>
      <span className="min-w-0 flex-1 basis-56">
        <span className="flex flex-wrap items-center gap-x-2 font-medium">
          <span className="break-words">{row.email}</span>
          <Badge>{ROLE_LABELS[row.role].word}</Badge>
        </span>
        <span className="block text-ink-3 text-xs">
          by {row.invitedBy}, until <Timestamp at={row.expiresAt} seconds={false} />
        </span>
        <span role="alert" className="block text-bad text-xs empty:hidden">
          {act.failure ?? renewal.failure}
        </span>
      </span>
      <span className="flex flex-wrap gap-2">
        <Button size="sm" busy={renewal.busy} onClick={renewal.press}>
          New link<span className="sr-only"> for {row.email}</span>
        </Button>
        <Button size="sm" busy={act.busy} onClick={act.press}>
          Revoke<span className="sr-only"> the invitation of {row.email}</span>
        </Button>
      </span>
    </li>
  )
}

/** The link of a new invitation, shown here only, until the banner is dismissed. */
function InvitationLink({ email, link, onGone }: { email: string; link: string; onGone(): void }) {
  return (
    <div className="mb-4" role="status">
      <Banner
        tone="ok"
        title={`Send this link to ${email}`}
        actions={<Button onClick={onGone}>I have sent it</Button>}
      >
        <p>It is shown only once. Whoever has it becomes the operator: send it to nobody else.</p>
        <code className="mt-3 block select-all rounded-md border border-line bg-surface px-3 py-2 font-mono text-ink text-xs leading-5 [overflow-wrap:anywhere]">
          {link}
        </code>
      </Banner>
    </div>
  )
}
