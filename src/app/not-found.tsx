import type { Metadata } from 'next'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { getTranslations } from 'next-intl/server'
import { SiteBar } from '@/shop/frame/site-bar'
import { buttonClass } from '@/ui/button'

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('trouble.notFound')
  return { title: t('documentTitle') }
}

/** Deliberately the same for what does not exist and for what belongs to another reader. */
export default function NotFound() {
  const t = useTranslations('trouble.notFound')
  return (
    <>
      <SiteBar />
      <main id="content" className="mx-auto max-w-5xl px-4 py-16 sm:px-6 sm:py-24">
        <p className="font-mono text-ink-3 text-ui">404</p>
        <h1 className="mt-2 font-semibold text-2xl">{t('title')}</h1>
        <p className="mt-2 text-ink-2">{t('body')}</p>
        <p className="mt-6">
          <Link prefetch={false} href="/" className={buttonClass('secondary')}>
            {t('toShop')}
          </Link>
        </p>
      </main>
    </>
  )
}
