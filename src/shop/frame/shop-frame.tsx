import { useLocale, useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { localeOfTag } from '@/i18n/locale'
import { Icon } from '@/ui/icon'
import { LINK, SkipLink } from '@/ui/nav'
import { Verbatim } from '@/ui/verbatim'
import { LanguageSwitch } from './language-switch'

interface Props {
  merchantName: string
  /** The page's own path, to return to in another language. */
  here: string
  children: ReactNode
}

/** The frame of checkout and receipt. Its only links are the language and help, so that nothing else leads away from paying. */
export function ShopFrame({ merchantName, here, children }: Props) {
  const t = useTranslations('common')
  const locale = localeOfTag(useLocale())
  return (
    <div className="mx-auto flex min-h-dvh max-w-4xl flex-col px-4 sm:px-6">
      <SkipLink>{t('skip')}</SkipLink>
      <header className="flex items-center justify-between gap-4 py-5 print:hidden">
        <p className="min-w-0 break-words font-semibold text-[0.9375rem] tracking-tight">
          <Verbatim>{merchantName}</Verbatim>
        </p>
        <p className="flex shrink-0 items-center gap-1.5 text-ink-3 text-ui">
          <Icon name="lock" size={14} /> {t('secure')}
        </p>
      </header>
      <main id="content" className="flex-1 pb-12">
        {children}
      </main>
      <footer className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-line border-t py-5 text-ink-3 text-ui print:hidden">
        <span>{t('once')}</span>
        <span className="flex items-center gap-4">
          <LanguageSwitch locale={locale} here={here} label={t('language')} />
          <a className={LINK} href="/docs" hrefLang="en">
            {t('help')}
          </a>
        </span>
      </footer>
    </div>
  )
}
