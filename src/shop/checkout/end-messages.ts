import type { Because } from '@payonce/idempotency/client'
import type { Messages } from '@/i18n/messages'

type EndName = Exclude<keyof Messages['checkout']['end'], 'reload'>

/** The message for an ended attempt. `reload`: the page itself is out of date and must be reloaded (it keeps its key). */
export interface EndMessage {
  name: EndName
  reload: boolean
  /** Minutes to wait before the next try, for a message that names them. */
  minutes: number
}

/** The message for each reason an attempt ends. A message states "Nothing was charged" only where the server confirmed it or nothing was sent. */
const ENDS = new Map<string, EndName>(
  Object.entries({
    'not-charged': 'notCharged',
    'order-changed': 'orderChanged',
    'order-closed': 'orderClosed',
    offline: 'offline',
    'not-received': 'notReceived',
    'other-ended': 'otherEnded',
    unavailable: 'unavailable',
    'too-many-attempts': 'tooManyAttempts',
    // This page makes no invalid request, so it must be older than the server.
    validation: 'outdated',
    'no-card': 'noCard',
    'card-number': 'cardNumber',
  } as const),
)

const DECLINES = new Map<string, EndName>([
  ['insufficient_funds', 'insufficientFunds'],
  ['expired_card', 'expiredCard'],
  ['not_confirmed', 'notConfirmed'],
  ['incorrect_details', 'incorrectDetails'],
  ['unknown_payment_method', 'unknownCard'],
  ['authentication_failed', 'authenticationFailed'],
  ['try_again', 'bankBusy'],
])

export function endMessageOf(because: Because): EndMessage {
  const name = nameOf(because)
  return { name, reload: name === 'outdated', minutes: minutesOf(because) }
}

function nameOf(because: Because): EndName {
  if (because.kind === 'payment-declined')
    return DECLINES.get('declineCode' in because ? String(because.declineCode) : '') ?? 'declined'
  if (because.kind === 'too-many-attempts' && 'limit' in because && because.limit === 'order')
    return 'orderRests'
  return ENDS.get(because.kind) ?? 'other'
}

/** 10 when the server's word is not known (the form without scripts): the longest that a limit lasts. */
function minutesOf(because: Because): number {
  const seconds = 'retryAfterSeconds' in because ? because.retryAfterSeconds : undefined
  return seconds === undefined ? 10 : Math.ceil(seconds / 60)
}

/** True when a reason has a message of its own. */
export function hasMessage(kind: string): boolean {
  return ENDS.has(kind)
}
