import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { caller } from '@/app/_trpc/caller'
import { isNotFound } from '../../_parts/not-found'
import { ShopFrame } from '../../_parts/shop-frame'
import { PaidReceipt } from './_parts/paid-receipt'
import { UnpaidReceipt } from './_parts/unpaid-receipt'

export const metadata: Metadata = { title: 'Receipt', robots: { index: false, follow: false }, referrer: 'no-referrer' }

/** Whoever has the address may see it: it is unguessable. An unknown one is a plain 404. */
export default async function ReceiptPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params
  const api = await caller()
  const receipt = await api.checkout.receipt({ token }).catch((error: unknown) => {
    if (isNotFound(error)) notFound()
    throw error
  })
  return (
    <ShopFrame merchantName={receipt.merchantName}>
      {receipt.status === 'succeeded' ? <PaidReceipt receipt={receipt} /> : <UnpaidReceipt receipt={receipt} />}
    </ShopFrame>
  )
}
