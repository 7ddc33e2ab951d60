import { useLocale, useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { localeOfTag } from '@/i18n/locale'
import { LanguageSwitch } from '../../../_parts/language-switch'
import { ShopFrame } from '../../../_parts/shop-frame'

/** The shop's frame in the reader's language, with the way to the others. */
export function ReceiptFrame({ merchantName, here, children }: { merchantName: string; here: string; children: ReactNode }) {
  const t = useTranslations('common')
  return (
    <ShopFrame
      merchantName={merchantName}
      words={{ skip: t('skip'), secure: t('secure'), once: t('once'), help: t('help') }}
      languages={<LanguageSwitch locale={localeOfTag(useLocale())} here={here} label={t('language')} />}
    >
      {children}
    </ShopFrame>
  )
}
