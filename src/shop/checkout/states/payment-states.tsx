'use client'
import { useLocale, useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { Button } from '@/ui/button'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import type { CheckoutOrder } from '../checkout-order'
import type { CheckoutState, CheckoutView } from '../use-checkout'
import { useOrderTotal } from '../use-order-total'
import { STAGES } from '../use-stage'
import { Panel, PanelLink } from './panel'

/**
 * No outcome yet. Without a Pay button: a button beside a problem makes people pay twice.
 * @param working the payment is still within the time of its work; false: its outcome is in doubt
 */
export function Checking({ order, working }: { order: CheckoutOrder; working: boolean }) {
  const t = useTranslations('checkout')
  const state = working ? 'working' : 'checking'
  return (
    <Panel kind="working" title={t(`${state}.title`)} documentTitle={t(`documentTitle.${state}`)}>
      <p>{t(`${state}.body`)}</p>
      <p>{t('checking.close')}</p>
      <noscript>
        <meta httpEquiv="refresh" content="5" />
      </noscript>
      <p className="text-ink-3 text-ui">
        {t.rich('checking.reference', {
          reference: order.reference ?? order.id,
          name: (text) => <Verbatim className="break-all">{text}</Verbatim>,
        })}
      </p>
    </Panel>
  )
}

/**
 * An order of live mode, whose real cards no gateway's own card fields take yet. Ours know only the sandbox's test cards: they are not shown,
 * and no card number is ever typed into a page of ours.
 */
export function NoCards({ order }: { order: CheckoutOrder }) {
  const t = useTranslations('checkout.noCards')
  return (
    <Panel kind="waiting" title={t('title')} documentTitle={t('documentTitle')}>
      <p>{t.rich('body', { merchant: order.merchantName, name: (text) => <Verbatim>{text}</Verbatim> })}</p>
    </Panel>
  )
}

/** A cancelled or expired order: no form, and no doubt about money. */
export function OrderEnded({ order }: { order: CheckoutOrder }) {
  const t = useTranslations(`checkout.orderEnded.${order.status === 'cancelled' ? 'cancelled' : 'expired'}`)
  return (
    <Panel kind="waiting" title={t('title')} documentTitle={t('documentTitle')}>
      <p>{t.rich('body', { merchant: order.merchantName, name: (text) => <Verbatim>{text}</Verbatim> })}</p>
    </Panel>
  )
}

/** The amount is reserved, and the shop has to end that: no form, and nothing to wait for. It does not say what was charged: a capture may be under way. */
export function Authorised({ order }: { order: CheckoutOrder }) {
  const t = useTranslations('checkout.authorised')
  return (
    <Panel kind="waiting" title={t('title')} documentTitle={t('documentTitle')}>
      <p>{t.rich('body', { merchant: order.merchantName, name: (text) => <Verbatim>{text}</Verbatim> })}</p>
    </Panel>
  )
}

/** The bank wants a confirmation (3-D Secure). Without scripts, the bank's page leads back here. */
export function ConfirmAtBank({ url }: { url: string }) {
  const t = useTranslations('checkout')
  return (
    <Panel kind="working" title={t('acting.title')} documentTitle={t('documentTitle.acting')}>
      <p>{t('acting.body')}</p>
      <PanelLink href={url}>{t('acting.link')}</PanelLink>
    </Panel>
  )
}

/** This page's payment succeeded, or the order turned out to be paid already. */
export function PaymentEnded({
  state,
  order,
}: {
  state: CheckoutState & { at: 'done' | 'closed' }
  order: CheckoutOrder
}) {
  const t = useTranslations('checkout')
  const sum = useOrderTotal(order)
  if (state.at === 'closed') return <AlreadyPaid order={asPaid(order, state.problem.receiptUrl)} />
  return (
    <Panel kind="paid" title={t.rich('paid.title', sum)} documentTitle={t('documentTitle.paid')}>
      <p>{t('paid.body')}</p>
      {state.answer.receiptUrl && <PanelLink href={state.answer.receiptUrl}>{t('paid.receipt')}</PanelLink>}
    </Panel>
  )
}

/** A paid order: the amount and a link to the receipt, without a form. */
export function AlreadyPaid({ order }: { order: CheckoutOrder }) {
  const t = useTranslations('checkout')
  const locale = useLocale()
  const sum = useOrderTotal(order)
  const { paidAt, receiptUrl } = order.payment ?? {}
  return (
    <Panel kind="paid" title={t('paid.already')} documentTitle={t('documentTitle.paid')}>
      <p>
        {paidAt
          ? t.rich('paid.onceAt', {
              ...sum,
              time: () => <Timestamp at={paidAt} seconds={false} locale={locale} />,
            })
          : t.rich('paid.once', sum)}
      </p>
      {receiptUrl && <PanelLink href={receiptUrl}>{t('paid.receipt')}</PanelLink>}
    </Panel>
  )
}

/** The order as the server's refusal (`already-paid`) describes it: paid, perhaps with a receipt. */
function asPaid(order: CheckoutOrder, receiptUrl: unknown): CheckoutOrder {
  if (order.payment?.status === 'succeeded') return order
  const payment = {
    status: 'succeeded' as const,
    receiptUrl: typeof receiptUrl === 'string' ? receiptUrl : null,
    actionUrl: null,
    paidAt: null,
  }
  return { ...order, payment }
}

/** Another window of this browser leads: its progress, and no second form. */
export function OpenElsewhere({
  view,
  stage,
  onTakeOver,
}: {
  view: CheckoutView & { at: 'elsewhere' }
  stage: number
  onTakeOver: () => void
}) {
  const t = useTranslations('checkout')
  const { other, silent } = view
  const takeOver = <TakeOver onClick={onTakeOver}>{t('elsewhere.takeOver')}</TakeOver>
  if (other?.at !== 'sending' && other?.at !== 'pausing')
    return (
      <Panel kind="waiting" title={t('elsewhere.open')} documentTitle={t('documentTitle.open')}>
        <p>{t('elsewhere.openBody')}</p>
        {takeOver}
      </Panel>
    )
  return (
    <Panel kind="working" title={t('elsewhere.paying')} documentTitle={t('documentTitle.elsewhere')}>
      <p>{t(`status.${STAGES[Math.min(stage, 2)]?.message ?? 'sending'}`)}</p>
      {silent && <p>{t('elsewhere.silent')}</p>}
      {silent && takeOver}
    </Panel>
  )
}

function TakeOver({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <Button size="lg" className="mt-3" onClick={onClick}>
      {children}
    </Button>
  )
}
