import { randomUUID } from 'node:crypto'
import type { GetServerSideProps } from 'next'
import Head from 'next/head'
import { isNotFound } from '@/app/(shop)/_parts/not-found'
import { CheckoutPage, type CheckoutProps } from '@/app/(shop)/checkout/[orderId]/_parts/checkout-page'
import { endedOf } from '@/app/(shop)/checkout/[orderId]/_parts/ended'
import { callerFor } from '@/server/caller'

/**
 * The one page outside the App Router, whose runtime alone (React and Next, 131 kB gzipped) is more than this page may weigh.
 * In production the runtime is left away: the HTML is complete, and `/checkout.js` wakes exactly this component.
 */
// `maxDuration` is named only because Next's own check of this object refuses a type that shares no member with its list.
export const config: { unstable_runtimeJS: false; maxDuration?: number } = { unstable_runtimeJS: false }

/** One order, one attempt. The key is made here, with the page: it is there before anything can be pressed. */
export const getServerSideProps: GetServerSideProps<CheckoutProps> = async ({ req, res, params, query }) => {
  const orderId = String(params?.orderId)
  const freshKey = randomUUID()
  res.setHeader('Cache-Control', 'private, no-store')
  try {
    const api = callerFor(headersOf(req.headers))
    const order = await api.checkout.order({ orderId })
    // What holds the order speaks for itself.
    const ended = order.payment ? null : await endedOf(query, (key) => api.checkout.status({ orderId, key }))
    return { props: { orderId, freshKey, order, ended } }
  } catch (error) {
    if (isNotFound(error)) return { notFound: true }
    res.statusCode = 503
    res.setHeader('Retry-After', '3')
    return { props: { orderId, freshKey, order: null, ended: null } }
  }
}

export default function Page(props: CheckoutProps) {
  return (
    <>
      <Head>
        <title>{props.order ? `Pay – ${props.order.merchantName}` : 'Error: order not loaded'}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
      </Head>
      <div id="checkout" data-props={JSON.stringify(props)}>
        <CheckoutPage {...props} />
      </div>
    </>
  )
}

function headersOf(incoming: NodeJS.Dict<string | string[]>): Headers {
  const pairs = Object.entries(incoming).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]]))
  return new Headers(pairs)
}
