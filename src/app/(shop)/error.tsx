'use client'
import { useTranslations } from 'next-intl'
import { Button } from '@/ui/button'

/**
 * An error while rendering a shopper's page. The checkout has its own error states, which know more about the money.
 * "Try again" reloads: Next's `reset` would render the same server error again.
 */
export default function ShopError({ error }: { error: Error & { digest?: string } }) {
  const t = useTranslations('trouble.broken')
  return (
    <main className="mx-auto flex min-h-[70dvh] max-w-md flex-col justify-center px-4 py-20">
      <title>{t('documentTitle')}</title>
      <h1 className="font-semibold text-2xl">{t('title')}</h1>
      <p className="mt-2 text-ink-2">{t('body')}</p>
      <Button className="mt-6 self-start" onClick={() => location.reload()}>
        {t('again')}
      </Button>
      {error.digest && (
        <p className="mt-6 text-ink-3 text-xs">
          {t.rich('reference', {
            digest: error.digest,
            code: (digest) => (
              <bdi dir="ltr" className="font-mono">
                {digest}
              </bdi>
            ),
          })}
        </p>
      )}
    </main>
  )
}
