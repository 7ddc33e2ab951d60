'use client'
import Link from 'next/link'
import { useMemo } from 'react'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { EmptyState } from '@/ui/empty-state'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { Timestamp } from '@/ui/timestamp'
import { api, type PaymentData } from '../../../_parts/api'
import { AttemptList } from '../../../_parts/attempts/attempt-list'
import { explainBank, explainNoEntries } from '../../../_parts/bank-sentences'
import { DisputeCard } from '../../../_parts/dispute-card'
import { TransactionCard } from '../../../_parts/ledger/transaction-card'
import { useLive } from '../../../_parts/live/live-query'
import { StaleDataBanner } from '../../../_parts/live/stale-data'
import { explainPresses } from '../../../_parts/payment-sentences'
import { PaymentState } from '../../../_parts/payment-state'
import { PaymentResolutions } from '../../../_parts/resolutions/payment-resolutions'
import { bankFactsOf, CountedIn } from './bank-facts'
import { BoughtCard } from './bought-card'
import { AuthorisationCard } from './end/authorisation-card'
import { Inspector } from './inspector'
import { NotesCard } from './notes-card'
import { OtherPayments } from './other-payments'
import { ParkedPayment } from './parked-payment'
import { PaymentActions } from './payment-actions'
import { PaymentFacts } from './payment-facts'
import { RefundRequests } from './refund/refund-requests'
import { RefundList } from './refund-list'
import { SequenceCard } from './sequence/sequence-card'
import { sequenceTitle } from './sequence/sequence-title'
import type { PaymentSteps } from './steps/payment-step'
import { stepsOf } from './steps/payment-steps'
import { Story } from './story'
import { WaterfallCard } from './waterfall/waterfall-card'

export function PaymentDetailPage({ initial }: { initial: PaymentData }) {
  const query = useLive(['payment', initial.id], () => api.payments.get.query({ id: initial.id }), initial, {
    on: ['payments', 'acts'],
    everyMs: 15_000,
  })
  const payment = query.data ?? initial
  const refresh = () => void query.refetch()
  const model = useMemo(() => stepsOf(payment), [payment])
  return (
    <>
      <PageHeader
        back={
          <Link href="/dashboard/payments" className={LINK}>
            Payments
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Money minor={payment.amount} currency={payment.currency} className="text-2xl tracking-tight" />
            <PaymentState payment={payment} />
          </span>
        }
        note={
          <span className="flex flex-wrap items-center gap-x-3">
            <CopyId id={payment.id} head={12} tail={6} className="-ml-1" />
            <Timestamp at={payment.createdAt} />
          </span>
        }
        actions={<PaymentActions payment={payment} onChange={refresh} />}
      />
      <StaleDataBanner query={query} />
      <div className="flex flex-col gap-4">
        <ParkedPayment payment={payment} refresh={refresh} />
        <PaymentResolutions payment={payment.id} onChange={refresh} />
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_23rem]">
          <Explained payment={payment} model={model} />
          <div className="flex min-w-0 flex-col gap-4">
            <AuthorisationCard payment={payment} refresh={refresh} />
            <BoughtCard payment={payment} />
            <PaymentFacts payment={payment} />
          </div>
        </div>
        <SequenceCard
          model={model}
          title={sequenceTitle(payment)}
          fileHref={`/dashboard/payments/${payment.id}/sequence.svg`}
        />
        <WaterfallCard model={model} />
        <Card className="overflow-hidden">
          <CardHeader
            title="Attempts"
            note="Every request with this payment’s key; the one that did the work comes first."
          />
          <AttemptList attempts={payment.attempts} ownRecordId={payment.recordId} inspected={false} />
        </Card>
        <RefundRequests payment={payment} onChange={refresh} />
        <DisputeCard disputes={payment.disputes} />
        <RefundList refunds={payment.refunds} refresh={refresh} />
        <LedgerEntries payment={payment} />
        <OtherPayments siblings={payment.siblings} />
        <NotesCard payment={payment.id} />
        <Events events={payment.events} />
        <Inspector payment={payment} model={model} />
      </div>
    </>
  )
}

/** The page in two sentences, and the story step by step. */
function Explained({ payment, model }: { payment: PaymentData; model: PaymentSteps }) {
  return (
    <Card>
      <CardBody>
        <p className="text-base leading-7">
          {explainPresses(payment, payment.record?.sentBy)} {explainBank(bankFactsOf(payment))}
        </p>
        <p className="mt-1 max-w-[75ch] text-ink-3 text-ui">
          <CountedIn payment={payment} />
        </p>
      </CardBody>
      <Story model={model} />
    </Card>
  )
}

function LedgerEntries({ payment }: { payment: PaymentData }) {
  if (payment.transactions.length === 0) {
    return (
      <Card>
        <CardHeader title="Ledger entries" />
        <EmptyState title={explainNoEntries(bankFactsOf(payment))} />
      </Card>
    )
  }
  return (
    <>
      {payment.transactions.map((transaction) => (
        <TransactionCard key={transaction.id} transaction={transaction} />
      ))}
    </>
  )
}

function Events({ events }: { events: PaymentData['events'] }) {
  return (
    <Card>
      <CardHeader title="Events" note="Saved together with the payment." />
      <div className="px-4 py-1.5 sm:px-5">
        {events.length === 0 && <p className="py-2 text-ink-3 text-ui">None yet</p>}
        <ul className="divide-y divide-line">
          {events.map((event) => (
            <li key={event.id} className="flex flex-wrap items-baseline justify-between gap-x-3 py-2">
              <span className="font-mono text-xs">{event.type}</span>
              <Timestamp at={event.createdAt} style="time" className="text-ink-3 text-xs" />
            </li>
          ))}
        </ul>
      </div>
    </Card>
  )
}
