import { NextIntlClientProvider, useLocale, useMessages } from 'next-intl'
import type { ReactNode } from 'react'
import { localeOfTag } from '@/i18n/locale'
import { PageLanguage } from '@/shop/frame/page-language'

/** The browser gets only the messages that client components need. */
export default function ShopLayout({ children }: { children: ReactNode }) {
  const { trouble } = useMessages()
  return (
    <NextIntlClientProvider messages={{ trouble }}>
      <PageLanguage locale={localeOfTag(useLocale())} />
      {children}
    </NextIntlClientProvider>
  )
}
