import { parse } from 'hono/utils/cookie'
import Document, {
  type DocumentContext,
  type DocumentInitialProps,
  Head,
  Html,
  Main,
  NextScript,
} from 'next/document'
import { isLocale, LANGUAGES, LOCALE_HEADER, type Locale } from '@/i18n/locale'
import { accentSheet } from '@/lib/accent'
import { EARLY_PRESSES_SCRIPT } from '@/shop/checkout/form/early-presses'

interface Props extends DocumentInitialProps {
  theme: 'light' | 'dark' | null
  locale: Locale
  nonce: string | null
}

/** The HTML around the checkout: the reader's theme and language, and the page's own script instead of Next's runtime. */
export default class CheckoutDocument extends Document<Props> {
  static override async getInitialProps(context: DocumentContext): Promise<Props> {
    const initial = await Document.getInitialProps(context)
    const { theme } = parse(context.req?.headers.cookie ?? '')
    const chosen = context.req?.headers[LOCALE_HEADER]
    const nonce = context.req?.headers['x-nonce']
    return {
      ...initial,
      theme: theme === 'light' || theme === 'dark' ? theme : null,
      locale: isLocale(chosen) ? chosen : 'en',
      nonce: typeof nonce === 'string' ? nonce : null,
    }
  }

  override render() {
    const { theme, locale, nonce, isDevelopment, __NEXT_DATA__ } = this.props
    const signed = nonce === null ? {} : { nonce }
    const accent = accentOf(__NEXT_DATA__.props.pageProps)
    return (
      <Html lang={locale} dir={LANGUAGES[locale].dir} {...(theme ? { 'data-theme': theme } : {})}>
        <Head {...signed}>
          {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours; no input reaches it */}
          <script {...signed} dangerouslySetInnerHTML={{ __html: EARLY_PRESSES_SCRIPT }} />
          {accent && <style {...signed}>{accent}</style>}
          <link rel="icon" href="/icon.svg" type="image/svg+xml" />
          {!isDevelopment && (
            <script
              type="module"
              fetchPriority="low"
              src={`${scriptOf(__NEXT_DATA__.props.pageProps)}?v=${__NEXT_DATA__.buildId}`}
              {...signed}
            />
          )}
        </Head>
        <body className="min-h-dvh">
          <Main />
          <NextScript {...signed} />
        </body>
      </Html>
    )
  }
}

/** The script with the fields of this page. One that could not be rendered, such as an unknown order, has none of them. */
function scriptOf(props: { cardFields?: { kind: string } } | undefined): string {
  return props?.cardFields?.kind === 'stripe' ? '/checkout-stripe.js' : '/checkout.js'
}

/** The merchant's own accent as a style sheet; '' where it has chosen none, or there is no order. */
function accentOf(props: { order?: { brand?: { accent: string | null } } | null } | undefined): string {
  return accentSheet(props?.order?.brand?.accent)
}
