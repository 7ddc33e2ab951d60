import type { DeliveryData } from '../../../../_parts/api'
import { counted } from '../../../../_parts/words'

type Facts = Pick<DeliveryData, 'state' | 'attempts' | 'lastStatus' | 'lastError'> & {
  endpoint: Pick<NonNullable<DeliveryData['endpoint']>, 'state'> | null
}

/** What has become of a delivery, and what follows. */
export function explainDelivery({ state, attempts, lastStatus, lastError, endpoint }: Facts): string {
  const after = counted(attempts, 'attempt', 'attempts')
  if (state === 'delivered') return `Your server answered ${lastStatus} after ${after}.`
  const answer = lastStatus === null ? (lastError ?? '') : `Your server answered ${lastStatus}.`
  if (state === 'failed') return `It was given up after ${after}. ${answer}`.trim()
  if (!endpoint) return 'Its endpoint was deleted: it is not sent any more.'
  if (endpoint.state === 'paused') return 'It waits until the endpoint is resumed.'
  if (endpoint.state === 'disabled') return 'It waits: the endpoint is disabled.'
  return attempts === 0
    ? 'It is about to be sent.'
    : `Not arrived after ${after}. ${answer} It is sent again.`
}

/** The payment that an event is about; null where it is about none. */
export function paymentOf(body: string): string | null {
  const found = /"payment":"(pay_[0-9a-f]{32})"/.exec(body)
  return found?.[1] ?? null
}
