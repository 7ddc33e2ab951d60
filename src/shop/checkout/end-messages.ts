import type { Messages } from '@/i18n/messages'
import type { Because } from '@/idempotency/client/attempt'

type EndName = Exclude<keyof Messages['checkout']['end'], 'reload'>

/** How an end is told of: its texts, and whether the page itself is what is wrong and has to be loaded anew (it keeps its key). */
export interface EndMessage {
  name: EndName
  reload: boolean
}

/** Why the last attempt ended, by the text that says so. "Nothing was charged" is said only where the server said so, or nothing was sent. */
const ENDS = new Map<string, EndName>(
  Object.entries({
    'not-charged': 'notCharged',
    'order-changed': 'orderChanged',
    offline: 'offline',
    'not-received': 'notReceived',
    'other-ended': 'otherEnded',
    unavailable: 'unavailable',
    // This page makes no invalid request: it is older than the server.
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

/** Whether a reason has words of its own, whoever names it. */
export function hasMessage(kind: string): boolean {
  return ENDS.has(kind)
}
