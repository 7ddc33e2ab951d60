'use client'
import { useTranslations } from 'next-intl'
import { Button } from '@/ui/button'

/**
 * Something broke while a shopper's page was made. The checkout, which knows more about money, has its own. To try again is to load the
 * page anew: Next's `reset` renders what the server sent, and that is the error.
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
