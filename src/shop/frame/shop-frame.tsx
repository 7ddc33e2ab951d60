import { useLocale, useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { localeOfTag } from '@/i18n/locale'
import { Icon } from '@/ui/icon'
import { LINK, SkipLink } from '@/ui/nav'
import { Verbatim } from '@/ui/verbatim'
import { LanguageSwitch } from './language-switch'

/** What a merchant has chosen for its pages. The accent is a style sheet of the page, and no part of this frame. */
interface FrameBrand {
  logo: { url: string; width: number; height: number } | null
  /** Where shoppers get help. */
  help: string | null
}

interface Props {
  merchantName: string
  brand?: FrameBrand | null | undefined
  /** The page's own path, to return to in another language. */
  here: string
  /** The shop's own address for who does not pay; absent: no link back. */
  back?: string | null
  children: ReactNode
}

/** The frame of checkout and receipt. Its only links are back to the shop, the language and help, so that nothing else leads away from paying. */
export function ShopFrame({ merchantName, brand, here, back = null, children }: Props) {
  const t = useTranslations('common')
  const locale = localeOfTag(useLocale())
  return (
    <div className="mx-auto flex min-h-dvh max-w-4xl flex-col px-4 sm:px-6">
      <SkipLink>{t('skip')}</SkipLink>
      <header className="flex items-center justify-between gap-4 py-5 print:hidden">
        <p className="min-w-0 break-words font-semibold text-[0.9375rem] tracking-tight">
          {brand?.logo ? (
            // On white in the dark, since most logos are drawn for white.
            // biome-ignore lint/performance/noImgElement: `_next/image` is 404 here, and the checkout has no runtime of Next
            <img
              src={brand.logo.url}
              width={brand.logo.width}
              height={brand.logo.height}
              alt={merchantName}
              className="h-8 w-auto max-w-48 rounded-sm object-contain dark:bg-white dark:p-1"
            />
          ) : (
            <Verbatim>{merchantName}</Verbatim>
          )}
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
        {back && (
          // The address of a checkout is the right to pay it: it is not sent along.
          <a className={LINK} href={back} rel="noreferrer">
            {t.rich('backTo', {
              merchant: merchantName,
              name: (merchant) => <Verbatim>{merchant}</Verbatim>,
            })}
          </a>
        )}
        <span className="flex items-center gap-4">
          <LanguageSwitch locale={locale} here={here} label={t('language')} />
          <a className={LINK} href={brand?.help ?? '/docs'} {...(brand?.help ? {} : { hrefLang: 'en' })}>
            {t('help')}
          </a>
        </span>
      </footer>
    </div>
  )
}
