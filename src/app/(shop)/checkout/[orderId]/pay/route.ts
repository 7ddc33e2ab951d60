import { caller } from '@/app/_trpc/caller'

/**
 * The form's own way, for a browser without scripts (and for a press before they are there): post, then see other.
 * The key came with the page, in a hidden field, so a double submit is one charge.
 */
export async function POST(request: Request, { params }: { params: Promise<{ orderId: string }> }): Promise<Response> {
  const { orderId } = await params
  const here = `/checkout/${encodeURIComponent(orderId)}`
  if (!fromOurPage(request)) return new Response('This form belongs to our own page.', { status: 403 })
  const form = await request.formData()
  const paymentMethod = form.get('paymentMethod')
  if (typeof paymentMethod !== 'string' || paymentMethod === '') return seeOther(here)
  try {
    const api = await caller()
    const paid = await api.checkout.pay({ key: form.get('key'), orderId, version: Number(form.get('version')), paymentMethod })
    return seeOther(paid.actionUrl ?? paid.receiptUrl)
  } catch {
    // Whatever happened, the page itself knows how the order stands: declined, being checked, or paid.
    return seeOther(here)
  }
}

/** Other sites cannot post here: browsers tell where a form came from. */
function fromOurPage(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  if (site !== null) return site === 'same-origin'
  return origin !== null && URL.canParse(origin) && new URL(origin).host === request.headers.get('host')
}

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } })
}
