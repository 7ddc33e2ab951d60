import { post } from '@/ledger/post'
import { refund as refundPosting, reversed } from '@/ledger/posting'
import { showId } from '@/lib/id'
import { isCurrency } from '@/lib/money'
import type { Write } from '@/platform/db'
import { emit } from '@/platform/outbox'
import { moveRefund } from './refund-store'

/** A refund that is booked, with the reference of it at the bank and the posting. */
export interface BookedRefund {
  merchantId: string
  id: string
  paymentId: string
  amount: bigint
  currency: string
  gatewayRef: string
  transactionId: string
}

/**
 * Every write of the commit in which a booked refund turns out to have failed at the card's bank: its posting is reversed, the amount can be
 * refunded again, and the merchant is told. The database lets a refund be reversed once, and a posting too.
 */
export function reverseRefund(refund: BookedRefund, newId: () => string): Write[] {
  const { merchantId, id: subjectId, paymentId, amount: minor, currency, gatewayRef, transactionId } = refund
  if (!isCurrency(currency)) throw new Error(`refund ${subjectId} has the unknown currency ${currency}`)
  const [shown, description] = [showId('ref', subjectId), `Refund ${showId('ref', subjectId)}`]
  const booked = refundPosting({ merchantId, paymentId, money: { minor, currency }, description })
  const mirror = reversed(booked, transactionId, `Refund ${shown} failed at the card’s bank`)
  const payload = {
    refund: shown,
    payment: showId('pay', paymentId),
    amount: Number(minor),
    currency,
    status: 'failed',
  }
  return [
    moveRefund(refund, 'reversed', { gatewayRef, transactionId }),
    ...post(mirror, newId()),
    emit({ merchantId, id: newId(), type: 'refund.failed', subjectId, payload }),
  ]
}
