'use client'
import { attemptStorage } from '@payonce/idempotency/client'
import { useTranslations } from 'next-intl'
import { useCallback, useEffect, useState } from 'react'
import { Button } from '@/ui/button'
import { Icon, Spinner } from '@/ui/icon'
import { attemptName, loadOrder } from '../checkout-client'
import type { CheckoutOrder } from '../checkout-order'

/** 3 s: short enough to return soon after the database, long enough not to add load to it. */
const RETRY_MS = 3_000

/** The order could not be loaded. States what is certain about money, and retries automatically. */
export function LoadFailed({ orderId, onLoad }: { orderId: string; onLoad: (order: CheckoutOrder) => void }) {
  const t = useTranslations('checkout.notLoaded')
  const [sent, setSent] = useState(false)
  const retry = useCallback(() => {
    // Still unavailable: the timer retries.
    loadOrder(orderId).then(onLoad, () => {})
  }, [orderId, onLoad])
  useEffect(() => {
    setSent(attemptStorage(attemptName(orderId)).read()?.sentAt != null)
    const timer = setInterval(retry, RETRY_MS)
    return () => clearInterval(timer)
  }, [orderId, retry])
  return (
    <main className="mx-auto max-w-md px-4 py-20">
      <Icon name="warn" size={28} className="text-warn" />
      <h1 className="mt-4 font-semibold text-xl">{t('title')}</h1>
      <div role="status" className="mt-2 flex flex-col gap-3 text-ink-2">
        {sent ? <p>{t('sent')}</p> : <p>{t('calm')}</p>}
        <p className="flex items-center gap-2 text-ink-3 text-sm">
          <Spinner size={14} /> {t('trying')}
        </p>
      </div>
      <Button className="mt-6" onClick={retry}>
        {t('now')}
      </Button>
      <noscript>
        <meta httpEquiv="refresh" content="5" />
      </noscript>
      <p className="mt-6 text-ink-3 text-xs">
        {t.rich('reference', {
          id: orderId,
          code: (id) => (
            <bdi dir="ltr" className="break-all font-mono">
              {id}
            </bdi>
          ),
        })}
      </p>
    </main>
  )
}
