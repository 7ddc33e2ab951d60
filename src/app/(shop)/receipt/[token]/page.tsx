import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { ShopFrame } from '../../_parts/shop-frame'
import { loadReceipt } from './_parts/load-receipt'
import { PaidReceipt } from './_parts/paid-receipt'
import { UnpaidReceipt } from './_parts/unpaid-receipt'

interface Props {
  params: Promise<{ token: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const receipt = await loadReceipt((await params).token)
  const title = receipt ? `${receipt.status === 'succeeded' ? 'Paid' : 'Payment'} – ${receipt.merchantName}` : 'Not found'
  return { title: { absolute: title }, robots: { index: false, follow: false }, referrer: 'no-referrer' }
}

/** Whoever has the address may see it: it is unguessable. An unknown one is a plain 404. */
export default async function ReceiptPage({ params }: Props) {
  const receipt = await loadReceipt((await params).token)
  if (!receipt) notFound()
  return (
    <ShopFrame merchantName={receipt.merchantName}>
      {receipt.status === 'succeeded' ? <PaidReceipt receipt={receipt} /> : <UnpaidReceipt receipt={receipt} />}
    </ShopFrame>
  )
}
