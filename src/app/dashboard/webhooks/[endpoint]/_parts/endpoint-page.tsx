'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { Timestamp } from '@/ui/timestamp'
import {
  api,
  type DeliveryPage,
  type ListedDelivery,
  type WebhookEndpoint,
  type WebhookTypes,
} from '../../../_parts/api'
import { useLive } from '../../../_parts/live/live-query'
import { StaleDataBanner } from '../../../_parts/live/stale-data'
import { EndpointDialog } from '../../_parts/endpoint-dialog'
import { EndpointState } from '../../_parts/endpoint-state'
import { ReadOnlyNote } from '../../_parts/read-only-note'
import { SecretShown } from '../../_parts/secret-shown'
import { useAct } from '../../_parts/use-act'
import { DeleteDialog } from './delete-dialog'
import { DeliveryList } from './delivery-list'
import { EndpointCard, SecretCard } from './endpoint-cards'
import { ReplayDialog } from './replay-dialog'
import { RotateDialog, type Rotated } from './rotate-dialog'
import { TestOutcome } from './test-outcome'
import type { DeliveryListQuery } from './use-delivery-query'

type OpenDialog = 'edit' | 'rotate' | 'replay' | 'delete' | null

interface Props {
  initial: WebhookEndpoint
  initialDeliveries: DeliveryPage | null
  initialQuery: DeliveryListQuery
  types: WebhookTypes
  loopback: boolean
  mayChange: boolean
}

/** An endpoint: what it gets, its secret, and the log of its deliveries. */
export function EndpointPage({
  initial,
  initialDeliveries,
  initialQuery,
  types,
  loopback,
  mayChange,
}: Props) {
  const { id } = initial
  const router = useRouter()
  const query = useLive(['endpoint', id], () => api.webhooks.get.query({ id }), initial)
  const endpoint = query.data ?? initial
  const [dialog, setDialog] = useState<OpenDialog>(null)
  const [rotated, setRotated] = useState<Rotated | null>(null)
  const [tested, setTested] = useState<ListedDelivery | null>(null)
  const [said, setSaid] = useState('')
  const close = () => setDialog(null)
  const finish = (what: string) => {
    close()
    setSaid(what)
    void query.refetch()
  }
  const opens = (what: OpenDialog) => (mayChange ? () => setDialog(what) : null)
  return (
    <>
      <PageHeader
        back={
          <Link href="/dashboard/webhooks" className={LINK}>
            Webhooks
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="text-lg [overflow-wrap:anywhere]">{endpoint.url}</span>
            <EndpointState endpoint={endpoint} />
          </span>
        }
        note={endpoint.description}
        {...(mayChange
          ? {
              actions: <Switches endpoint={endpoint} said={said} onTested={setTested} onSwitched={finish} />,
            }
          : {})}
      />
      {rotated && (
        <SecretShown
          key={rotated.secret}
          url={endpoint.url}
          secret={rotated.secret}
          onGone={() => setRotated(null)}
        />
      )}
      {tested && <TestOutcome key={tested.id} sent={tested} onGone={() => setTested(null)} />}
      {!mayChange && <ReadOnlyNote />}
      <StaleDataBanner query={query} />
      <Trouble endpoint={endpoint} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <EndpointCard endpoint={endpoint} onEdit={opens('edit')} onDelete={opens('delete')} />
        <SecretCard endpoint={endpoint} onRotate={opens('rotate')} />
      </div>
      <DeliveryList
        endpointId={id}
        initial={initialDeliveries}
        initialQuery={initialQuery}
        actions={mayChange && <Button onClick={() => setDialog('replay')}>Replay…</Button>}
      />
      {dialog === 'edit' && (
        <EndpointDialog
          title="Edit the endpoint"
          verb="Save"
          endpoint={endpoint}
          types={types}
          loopback={loopback}
          send={({ newId, ...changes }) => api.webhooks.update.mutate({ id, newId, changes })}
          onDone={() => finish('Saved.')}
          onClose={close}
        />
      )}
      {dialog === 'rotate' && (
        <RotateDialog
          endpoint={endpoint}
          onDone={(done) => {
            finish('')
            setRotated(done)
          }}
          onClose={close}
        />
      )}
      {dialog === 'replay' && (
        <ReplayDialog
          endpoint={endpoint}
          onDone={() => finish('What was missed is being sent.')}
          onClose={close}
        />
      )}
      {dialog === 'delete' && (
        <DeleteDialog endpoint={endpoint} onDone={() => router.push('/dashboard/webhooks')} onClose={close} />
      )}
    </>
  )
}

/** The two acts that need no question: a test, and to let events wait. */
function Switches({
  endpoint: { id, state },
  said,
  onTested,
  onSwitched,
}: {
  endpoint: WebhookEndpoint
  said: string
  onTested(sent: ListedDelivery): void
  onSwitched(what: string): void
}) {
  const test = useAct({ id }, (asked) => api.webhooks.sendTest.mutate(asked), onTested)
  const pause = useAct(
    { id },
    (asked) => api.webhooks.pause.mutate(asked),
    () => onSwitched(PAUSED),
  )
  const resume = useAct(
    { id },
    (asked) => api.webhooks.resume.mutate(asked),
    () => onSwitched(RESUMED),
  )
  const enabled = state === 'enabled'
  return (
    <>
      <span role="status" className="text-ink-3 text-ui empty:sr-only">
        {test.failure ?? pause.failure ?? resume.failure ?? said}
      </span>
      {enabled ? (
        <>
          <Button busy={pause.busy} onClick={pause.press}>
            Pause
          </Button>
          <Button variant="primary" busy={test.busy} onClick={test.press}>
            Send test event
          </Button>
        </>
      ) : (
        <Button variant="primary" busy={resume.busy} onClick={resume.press}>
          Resume
        </Button>
      )}
    </>
  )
}

const PAUSED = 'Paused. Events wait.'
const RESUMED = 'Resumed.'

/** Why events do not arrive, and what to do. */
function Trouble({ endpoint: { state, reason, failingSince } }: { endpoint: WebhookEndpoint }) {
  if (state === 'disabled')
    return (
      <Banner tone="bad" className="mb-4" title="Payonce has disabled this endpoint">
        {reason} New events are not kept for it. Mend your server, resume it here, and replay what it missed.
      </Banner>
    )
  if (state === 'enabled' && failingSince)
    return (
      <Banner tone="warn" className="mb-4" title="Attempts are failing">
        None has succeeded since <Timestamp at={failingSince} />. After five days the endpoint is disabled.
      </Banner>
    )
  return null
}
