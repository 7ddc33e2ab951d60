import { LANGUAGES, LOCALES, type Locale } from '@/i18n/locale'

/**
 * Every other language, by its own name. A form: it works without scripts, and no robot or prefetch changes a reader's language.
 * In the system's letters: one word is no reason to fetch a script's font.
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
          className="inline-flex h-8 items-center rounded-md px-2 font-medium font-system text-ink-2 text-ui hover:bg-muted hover:text-ink"
        >
          {LANGUAGES[other].name}
        </button>
      ))}
    </form>
  )
}
