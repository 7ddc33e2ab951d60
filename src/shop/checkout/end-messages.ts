import type { Messages } from '@/i18n/messages'
import type { Because } from '@/idempotency/client/attempt-state'

type EndName = Exclude<keyof Messages['checkout']['end'], 'reload'>

/** The message for an ended attempt. `reload`: the page itself is out of date and must be reloaded (it keeps its key). */
export interface EndMessage {
  name: EndName
  reload: boolean
}

/** The message for each reason an attempt ends. A message states "Nothing was charged" only where the server confirmed it or nothing was sent. */
const ENDS = new Map<string, EndName>(
  Object.entries({
    'not-charged': 'notCharged',
    'order-changed': 'orderChanged',
    offline: 'offline',
    'not-received': 'notReceived',
    'other-ended': 'otherEnded',
    unavailable: 'unavailable',
    // This page makes no invalid request, so it must be older than the server.
    validation: 'outdated',
    'no-card': 'noCard',
    'card-number': 'cardNumber',
  } as const),
)

const DECLINES = new Map<string, EndName>([
  ['insufficient_funds', 'insufficientFunds'],
  ['expired_card', 'expiredCard'],
])

export function endMessageOf(because: Because): EndMessage {
  if (because.kind === 'payment-declined')
    return {
      name: DECLINES.get('declineCode' in because ? String(because.declineCode) : '') ?? 'declined',
      reload: false,
    }
  const name = ENDS.get(because.kind) ?? 'other'
  return { name, reload: name === 'outdated' }
}

/** True when a reason has a message of its own. */
export function hasMessage(kind: string): boolean {
  return ENDS.has(kind)
}
