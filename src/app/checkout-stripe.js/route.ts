import { bundleCheckout } from '../checkout.js/bundle'

/** The checkout's script where cards are typed into Stripe's fields. Bundled once, by the build, and served as a static file. */
export const dynamic = 'force-static'

export async function GET(): Promise<Response> {
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  }
  return new Response(await bundleCheckout('production', 'stripe'), { headers })
}
