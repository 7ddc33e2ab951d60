import { type Operator, operatorOf } from '@/access/operator'
import { newShopper, shopperCookie, shopperOf } from '@/access/shopper'
import { uuidv7 } from '@/lib/id'
import type { Deps } from './deps'

/** What a procedure knows of the request it answers. */
export interface Context extends Deps {
  headers: Headers
  requestId: string
  /** The guest behind the signed cookie. A guest without one gets it with this answer. */
  shopper: string
  setCookie: string | null
  operatorOrNull(): Promise<Operator | null>
}

export function contextFor(deps: Deps, headers: Headers): Context {
  const known = shopperOf(headers.get('cookie'), deps.shopperSecret)
  const guest = known ? null : newShopper(deps.shopperSecret)
  let operator: Promise<Operator | null> | undefined
  return {
    ...deps,
    headers,
    requestId: uuidv7(),
    shopper: known ?? (guest as { id: string }).id,
    setCookie: guest ? shopperCookie(guest.value, deps.env.baseUrl.startsWith('https:')) : null,
    operatorOrNull: () => {
      operator ??= operatorOf(deps.auth, headers)
      return operator
    },
  }
}
