import { randomUUID } from 'node:crypto'
import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { cache } from 'react'
import { accentSheet } from '@/lib/accent'
import { isNotFound } from '@/shop/frame/is-not-found'
import { ShopFrame } from '@/shop/frame/shop-frame'
import { LinkPage, type ShownLink } from '@/shop/link/link-page'
import { caller } from '../../../_trpc/caller'

interface Props {
  params: Promise<{ link: string }>
}

/** The link, read once for both the page and its title; null when it is unknown. */
const loadLink = cache(async (id: string): Promise<ShownLink | null> => {
  const api = await caller()
  return api.links.open({ id: id.slice(0, 64) }).catch((error: unknown) => {
    if (isNotFound(error)) return null
    throw error
  })
})

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations()
  const link = await loadLink((await params).link)
  const title = link
    ? t('link.documentTitle', { name: link.name, merchant: link.merchantName })
    : t('trouble.notFound.documentTitle')
  return { title: { absolute: title }, robots: { index: false, follow: false } }
}

/** A payment link is public to anyone with its address. An unknown address is a 404. */
export default async function Page({ params }: Props) {
  const { link: id } = await params
  const link = await loadLink(id)
  if (!link) notFound()
  const nonce = (await headers()).get('x-nonce') ?? ''
  const { merchantName, brand } = link
  return (
    <ShopFrame merchantName={merchantName} brand={brand} here={`/link/${encodeURIComponent(id)}`}>
      {brand?.accent && <style nonce={nonce}>{accentSheet(brand.accent)}</style>}
      <LinkPage id={id} link={link} formKey={randomUUID()} />
    </ShopFrame>
  )
}
