import { caller } from '@/app/_trpc/caller'

/** 8 KiB: the form has three short fields. */
const BODY_MAX = 8 * 1024

/**
 * The form's own way, for a browser without scripts (and for a press before they are there): post, then see other.
 * The key came with the page, in a hidden field, so a double submit is one charge.
 */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ orderId: string }> },
): Promise<Response> {
  const { orderId } = await params
  const refused = refuse(request)
  if (refused) return refused
  const form = new URLSearchParams(await request.text())
  const key = form.get('key') ?? ''
  const paymentMethod = form.get('paymentMethod') ?? ''
  const here = (query: Record<string, string>) =>
    `/checkout/${encodeURIComponent(orderId)}?${new URLSearchParams(query)}`
  if (paymentMethod === '') return seeOther(here({ problem: 'no-card' }))
  try {
    const api = await caller()
    const paid = await api.checkout.pay({ key, orderId, version: Number(form.get('version')), paymentMethod })
    return seeOther(paid.actionUrl ? comingBackTo(paid.actionUrl, here({ attempt: key })) : paid.receiptUrl)
  } catch (error) {
    const { kind, facts } = problemIn(error)
    // Paid under another key: that is what they wanted to know. Whatever else happened, the page asks what became of this one.
    return seeOther(
      kind === 'already-paid' && facts?.receiptUrl ? facts.receiptUrl : here({ attempt: key, problem: kind }),
    )
  }
}

/** Other sites cannot post here (browsers tell where a form came from), and nobody posts what is no form of ours. */
function refuse(request: Request): Response | null {
  if (!fromOurPage(request)) return new Response('This form belongs to our own page.', { status: 403 })
  const type = request.headers.get('content-type') ?? ''
  if (!type.startsWith('application/x-www-form-urlencoded'))
    return new Response('Send the form of our own page.', { status: 415 })
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  return length <= BODY_MAX ? null : new Response(`A form may have ${BODY_MAX} bytes.`, { status: 413 })
}

function fromOurPage(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  if (site !== null) return site === 'same-origin'
  return origin !== null && URL.canParse(origin) && new URL(origin).host === request.headers.get('host')
}

/** The bank's page leads back to where one is told what the answer came to. */
function comingBackTo(actionUrl: string, here: string): string {
  const [address = '', query] = actionUrl.split('?')
  const all = new URLSearchParams(query)
  all.set('return', here)
  return `${address}?${all}`
}

interface Told {
  kind: string
  facts?: { receiptUrl?: string }
}

function problemIn(error: unknown): Told {
  const cause = (error as { cause?: { problem?: Told } } | null)?.cause
  return cause?.problem ?? { kind: 'internal' }
}

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } })
}
