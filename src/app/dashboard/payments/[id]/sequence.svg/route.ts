import { caller } from '@/app/_trpc/caller'
import { orNotFound } from '@/app/_trpc/or-not-found'
import { sequenceFile } from '../_parts/sequence/sequence-file'
import { sequenceTitle } from '../_parts/sequence/sequence-title'
import { stepsOf } from '../_parts/steps/payment-steps'

/** The sequence diagram of a payment as a file. Whoever may see the payment may have it: it shows nothing else. */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const id = decodeURIComponent((await params).id)
  const api = await caller()
  const payment = await orNotFound(api.payments.get({ id }))
  return new Response(sequenceFile(stepsOf(payment), sequenceTitle(payment)), {
    headers: {
      'content-type': 'image/svg+xml; charset=utf-8',
      // Never shown as a document of ours: an SVG may be one.
      'content-disposition': `attachment; filename="sequence-${payment.id}.svg"`,
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, no-store',
    },
  })
}
