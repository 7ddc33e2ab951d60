import { randomUUID } from 'node:crypto'
import type { ParsedUrlQuery } from 'node:querystring'
import type { GetServerSideProps } from 'next'
import Head from 'next/head'
import { createTranslator } from 'next-intl'
import { localeOf } from '@/i18n/choose-locale'
import { compiledMessages } from '@/i18n/compiled-messages'
import { LANGUAGES } from '@/i18n/locale'
import type { Messages } from '@/i18n/messages'
import { callerFor } from '@/server/caller'
import type { CheckoutOrder } from '@/shop/checkout/checkout-order'
import { CheckoutPage, type CheckoutProps } from '@/shop/checkout/checkout-page'
import { CheckoutForm } from '@/shop/checkout/form/checkout-form'
import { noScriptOutcomeOf } from '@/shop/checkout/no-script-outcome'
import { hasEnded, isAuthorised } from '@/shop/checkout/payment-panel'
import { StripeForm } from '@/shop/checkout/stripe/stripe-form'
import { isNotFound } from '@/shop/frame/is-not-found'

/**
 * The one page outside the App Router, whose runtime alone (React and Next, 131 kB gzipped) is over this page's budget.
 * In production it has no Next runtime: the HTML is complete, and `/checkout.js` hydrates exactly this component.
 */
// `maxDuration` is declared only because Next's type check refuses an object that shares no member with its list.
export const config: { unstable_runtimeJS: false; maxDuration?: number } = { unstable_runtimeJS: false }

/** One order, one purchase attempt. Its key is minted with the page, so that it exists before anything can be pressed. */
export const getServerSideProps: GetServerSideProps<CheckoutProps> = async ({ req, res, params, query }) => {
  const orderId = String(params?.orderId)
  const freshKey = randomUUID()
  const headers = headersOf(req.headers)
  const { cardFields } = await callerFor(headers).installation.current({ orderId: orderId.slice(0, 100) })
  const page = { orderId, freshKey, cardFields, language: languageFor(headers, cardFields) }
  res.setHeader('Cache-Control', 'private, no-store')
  try {
    const api = callerFor(headers)
    if (query.from === 'bank') await api.checkout.returned({ orderId })
    const order = await api.checkout.order({ orderId })
    const receiptUrl = receiptOfReturn(order, query)
    if (receiptUrl) return { redirect: { destination: receiptUrl, statusCode: 303 } }
    // A payment that holds the order has a state of its own to show.
    const ended = order.payment
      ? null
      : await noScriptOutcomeOf(query, (key) => api.checkout.status({ orderId, key }))
    return { props: { ...page, order, ended } }
  } catch (error) {
    if (isNotFound(error)) return { notFound: true }
    res.statusCode = 503
    res.setHeader('Retry-After', '3')
    return { props: { ...page, order: null, ended: null } }
  }
}

export default function Page(props: CheckoutProps) {
  return (
    <>
      <Head>
        <title>{titleOf(props)}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
      </Head>
      <div id="checkout" data-props={JSON.stringify(props)}>
        <CheckoutPage {...props} CardForm={props.cardFields.kind === 'stripe' ? StripeForm : CheckoutForm} />
      </div>
    </>
  )
}

/** The receipt, for the shopper who has just paid: back from the bank's page, or from the form without scripts. Anyone else reads that the order is paid. */
function receiptOfReturn({ payment }: CheckoutOrder, { from, attempt }: ParsedUrlQuery): string | null {
  const returns = from === 'bank' || typeof attempt === 'string'
  return returns && payment?.status === 'succeeded' ? payment.receiptUrl : null
}

/** The locale, and the compiled messages of this page only. */
function languageFor(headers: Headers, { kind }: CheckoutProps['cardFields']): CheckoutProps['language'] {
  const locale = localeOf(headers)
  const { checkout, common, cardFields } = compiledMessages(locale)
  const messages = { checkout, common, ...(kind === 'stripe' ? { cardFields } : {}) }
  return { tag: LANGUAGES[locale].tag, messages }
}

function titleOf({ order, ended, language }: CheckoutProps): string {
  const t = createTranslator({
    locale: language.tag,
    messages: language.messages as Messages,
    namespace: 'checkout',
  })
  if (!order) return t('notLoaded.documentTitle')
  if (hasEnded(order))
    return t(`orderEnded.${order.status === 'cancelled' ? 'cancelled' : 'expired'}.documentTitle`)
  if (isAuthorised(order)) return t('authorised.documentTitle')
  const title = t('documentTitle.pay', { merchant: order.merchantName })
  return ended ? t('documentTitle.problem', { title }) : title
}

function headersOf(incoming: NodeJS.Dict<string | string[]>): Headers {
  const pairs = Object.entries(incoming).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  )
  return new Headers(pairs)
}
