import { Verbatim } from '@/ui/verbatim'
import type { PaymentData } from './api'

type Actor = PaymentData['by']

/** Who did it, in a few words: an operator's or an API key's own name, a shopper, a job of ours. */
export function ActorName({ by }: { by: Actor }) {
  if (!by) return <>not recorded</>
  const { kind, name, actor } = by
  switch (kind) {
    case 'operator':
      return name ? <Verbatim>{name}</Verbatim> : <>an operator who was removed</>
    case 'key':
      return (
        <>
          API key <Verbatim>{name ?? actor}</Verbatim>
        </>
      )
    case 'shopper':
      return <>the shopper</>
    default:
      return <span className="font-mono">{actor}</span>
  }
}

/** From where, and in which request; nothing where neither is known to this operator. */
export function ActorOrigin({ by }: { by: Actor }) {
  if (!by?.address && !by?.requestId) return null
  return (
    <span className="break-all text-ink-3 text-xs">
      {by.address && `from ${by.address}`}
      {by.address && by.requestId && ', '}
      {by.requestId && (
        <>
          request <span className="font-mono">{by.requestId}</span>
        </>
      )}
    </span>
  )
}
