import { LANGUAGES, LOCALES, type Locale } from '@/i18n/locale'
import { cx } from '@/ui/cx'

/**
 * Every other language, by its own name. A form: it works without scripts, and no robot or prefetch changes a reader's language.
 * Arabic in the system's letters: one word is no reason to fetch a font.
 * @param here the page's own address, to which it comes back
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
