'use client'
import Link from 'next/link'
import { Badge, type Tone } from '@/ui/badge'
import { Card } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import { api, type MailboxData } from '../../_parts/api'
import { useLive } from '../../_parts/live/live-query'
import { StaleDataBanner } from '../../_parts/live/stale-data'

type Mail = MailboxData['mails'][number]

const STATES: Record<Mail['state'], { word: string; tone: Tone }> = {
  kept: { word: 'Kept here', tone: 'neutral' },
  pending: { word: 'On its way', tone: 'info' },
  sent: { word: 'Sent', tone: 'ok' },
  failed: { word: 'Not delivered', tone: 'bad' },
}

/** What a sandbox would have sent, or has. */
export function MailboxPage({ initial }: { initial: MailboxData }) {
  const live = useLive(['mailbox'], () => api.alerts.mailbox.query(), initial)
  const { mails } = live.data ?? initial
  return (
    <>
      <PageHeader
        title="Mailbox"
        note="Mails of this sandbox, the newest first. Without a mail server none leaves, and they are kept here for 30 days."
      />
      <StaleDataBanner query={live} />
      <Card>
        {mails.length === 0 ? (
          <EmptyState title="No mails yet">
            Choose under{' '}
            <Link href="/dashboard/settings/notifications" className={LINK}>
              Notifications
            </Link>{' '}
            of which alerts you get one.
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {mails.map((mail) => (
              <MailItem key={mail.id} mail={mail} />
            ))}
          </ul>
        )}
      </Card>
    </>
  )
}

function MailItem({ mail: { recipient, subject, body, state, error, createdAt } }: { mail: Mail }) {
  const { word, tone } = STATES[state]
  return (
    <li className="px-4 py-4 sm:px-5">
      <h2 className="flex flex-wrap items-center gap-x-2 gap-y-1 font-semibold text-sm [overflow-wrap:anywhere]">
        {subject}
        <Badge tone={tone}>{word}</Badge>
      </h2>
      <p className="text-ink-3 text-xs [overflow-wrap:anywhere]">
        To <Verbatim>{recipient}</Verbatim>, <Timestamp at={createdAt} />
        {error && `. The mail server said: ${error}`}
      </p>
      <details className="mt-2">
        <summary className="cursor-pointer text-ui">Text</summary>
        <pre className="mt-2 whitespace-pre-wrap text-ink-2 text-xs [overflow-wrap:anywhere]">{body}</pre>
      </details>
    </li>
  )
}
