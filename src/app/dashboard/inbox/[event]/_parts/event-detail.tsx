'use client'
import Link from 'next/link'
import { Card, CardHeader, Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { Timestamp } from '@/ui/timestamp'
import { api, type EventData } from '../../../_parts/api'
import { ByRole } from '../../../_parts/frame/by-role'
import { useLive } from '../../../_parts/live/live-query'
import { StaleDataBanner } from '../../../_parts/live/stale-data'
import { EventState } from '../../_parts/event-state'
import { EventType, sentence } from '../../_parts/event-type'
import { ApplyAgain } from './apply-again'

export function EventDetailPage({ initial }: { initial: EventData }) {
  const query = useLive(['event', initial.id], () => api.inbox.get.query({ id: initial.id }), initial)
  const event = query.data ?? initial
  return (
    <>
      <PageHeader
        back={
          <Link href="/dashboard/inbox" className={LINK}>
            Inbox
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="font-mono text-lg [overflow-wrap:anywhere]">
              <EventType type={event.type} />
            </span>
            <EventState state={event.state} />
          </span>
        }
        note={event.reason ? `${sentence(event.reason)}.` : 'Nothing has come of it yet.'}
      />
      <StaleDataBanner query={query} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <Card>
          <CardHeader
            title="Event"
            actions={
              <ByRole needs="support" what="Apply again">
                <ApplyAgain id={event.id} busy={event.running} refresh={() => query.refetch()} />
              </ByRole>
            }
          />
          <div className="px-4 py-1.5 sm:px-5">
            <EventFacts event={event} />
          </div>
        </Card>
        <Card>
          <CardHeader
            title="What it said"
            note="Kept without names, addresses and cards; Stripe has the rest."
          />
          <div className="px-4 py-1.5 sm:px-5">
            <Facts>
              {event.facts.map(({ name, value }) => (
                <Fact key={name} name={<span className="font-mono text-xs">{name}</span>}>
                  <span className="break-all font-mono text-xs">{value}</span>
                </Fact>
              ))}
            </Facts>
          </div>
        </Card>
      </div>
    </>
  )
}

function EventFacts({ event }: { event: EventData }) {
  return (
    <Facts>
      <Fact name="Id">
        <CopyId id={event.id} />
      </Fact>
      <Fact name="Object">{event.objectId ? <CopyId id={event.objectId} /> : '—'}</Fact>
      <Fact name="Payment">
        {event.paymentId ? (
          <Link href={`/dashboard/payments/${event.paymentId}`} className={LINK}>
            Open
          </Link>
        ) : (
          '—'
        )}
      </Fact>
      <Fact name="Happened">
        <Timestamp at={event.createdAt} />
      </Fact>
      <Fact name="Received">
        <Timestamp at={event.receivedAt} />
      </Fact>
      <Fact name="By">
        {event.source === 'webhook' ? 'Webhook' : 'Read from Stripe’s list of missed events'}
      </Fact>
      <Fact name="Account">
        <span className="font-mono text-xs">{event.account}</span>
      </Fact>
      <Fact name="Tries">{event.tries}</Fact>
      <Fact name="Next try">{event.nextAt ? <Timestamp at={event.nextAt} /> : 'None'}</Fact>
      <Fact name="Settled">{event.settledAt ? <Timestamp at={event.settledAt} /> : '—'}</Fact>
    </Facts>
  )
}
