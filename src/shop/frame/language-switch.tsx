import { LANGUAGES, LOCALES, type Locale } from '@/i18n/locale'
import { cx } from '@/ui/cx'

/**
 * A button for each other language, in that language. A form, so that it works without scripts and no robot or prefetch
 * changes a reader's language. Arabic uses a system font: one word is no reason to fetch one.
 * @param here the page's own path, to return to
 */
export function LanguageSwitch({ locale, here, label }: { locale: Locale; here: string; label: string }) {
  return (
    <form method="post" action="/api/shop/language" aria-label={label} className="flex">
      <input type="hidden" name="back" value={here} />
      {LOCALES.filter((other) => other !== locale).map((other) => (
        <button
          key={other}
          type="submit"
          name="to"
          value={other}
          lang={other}
          dir={LANGUAGES[other].dir}
          className={cx(
            'inline-flex h-8 items-center rounded-md px-2 font-medium text-ink-2 text-ui hover:bg-muted hover:text-ink',
            LANGUAGES[other].dir === 'rtl' && 'font-system',
          )}
        >
          {LANGUAGES[other].name}
        </button>
      ))}
    </form>
  )
}
