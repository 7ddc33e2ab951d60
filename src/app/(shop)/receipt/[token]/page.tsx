import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { accentSheet } from '@/lib/accent'
import { ShopFrame } from '@/shop/frame/shop-frame'
import { PaidReceipt } from '@/shop/receipt/paid-receipt'
import { UnpaidReceipt } from '@/shop/receipt/unpaid-receipt'
import { loadReceipt } from './load-receipt'

interface Props {
  params: Promise<{ token: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return {
    title: { absolute: await titleOf((await params).token) },
    robots: { index: false, follow: false },
    referrer: 'no-referrer',
  }
}

async function titleOf(token: string): Promise<string> {
  const t = await getTranslations()
  const receipt = await loadReceipt(token)
  if (!receipt) return t('trouble.notFound.documentTitle')
  return t(receipt.status === 'succeeded' ? 'receipt.documentTitle.paid' : 'receipt.documentTitle.unpaid', {
    merchant: receipt.merchantName,
  })
}

/** A receipt is public to anyone with its address, which cannot be guessed. An unknown address is a 404. */
export default async function ReceiptPage({ params }: Props) {
  const { token } = await params
  const receipt = await loadReceipt(token)
  if (!receipt) notFound()
  const nonce = (await headers()).get('x-nonce') ?? ''
  return (
    <ShopFrame
      merchantName={receipt.merchantName}
      brand={receipt.brand}
      here={`/receipt/${encodeURIComponent(token)}`}
    >
      {receipt.brand?.accent && <style nonce={nonce}>{accentSheet(receipt.brand.accent)}</style>}
      {receipt.status === 'succeeded' ? (
        <PaidReceipt receipt={receipt} />
      ) : (
        <UnpaidReceipt receipt={receipt} />
      )}
    </ShopFrame>
  )
}
