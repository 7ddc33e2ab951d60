import Link from 'next/link'
import { useLocale, useTranslations } from 'next-intl'
import { localeOfTag } from '@/i18n/locale'
import { Logo, navLinkClass, SkipLink, TopBar } from '@/ui/nav'
import { ThemeSwitch } from '@/ui/theme-switch'
import { LanguageSwitch } from './language-switch'

/**
 * The bar above the shop and the docs.
 * @param here the page's own path, if the page exists in other languages too
 */
export function SiteBar({ here }: { here?: string }) {
  const t = useTranslations('common')
  const locale = localeOfTag(useLocale())
  return (
    <>
      <SkipLink>{t('skip')}</SkipLink>
      <TopBar
        home={
          <Link href="/" aria-label={t('home')} className="flex">
            <Logo className="max-[22rem]:[font-size:0]" />
          </Link>
        }
        end={
          <nav aria-label={t('navigation')} className="flex items-center sm:gap-1">
            <Link prefetch={false} className={navLinkClass('max-sm:px-2')} href="/docs" hrefLang="en">
              {t('docs')}
            </Link>
            <Link prefetch={false} className={navLinkClass('max-sm:px-2')} href="/dashboard" hrefLang="en">
              {t('dashboard')}
            </Link>
            {here && <LanguageSwitch locale={locale} here={here} label={t('language')} />}
            <ThemeSwitch
              words={{
                system: t('theme.system'),
                light: t('theme.light'),
                dark: t('theme.dark'),
                change: t('theme.change'),
              }}
            />
          </nav>
        }
      />
    </>
  )
}
