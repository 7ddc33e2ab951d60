import { type Operator, operatorOf } from '@/access/operator'
import { newShopper, shopperCookie, shopperOf } from '@/access/shopper'
import { uuidv7 } from '@/lib/id'
import { addressOfRequest } from './actor'
import type { Deps } from './deps'

/** The request of a procedure: who sent it, beside the parts of the process. */
export interface Context extends Deps {
  headers: Headers
  requestId: string
  /** Null where it cannot be known: a page that Next renders knows no socket. */
  address: string | null
  /** The guest's id, from their signed cookie. `setCookie` is the cookie for a guest who had none. */
  shopper: string
  setCookie: string | null
  operatorOrNull(): Promise<Operator | null>
}

/** @param socket the address at the other end of the connection */
export function contextFor(deps: Deps, headers: Headers, socket?: string): Context {
  const known = shopperOf(headers.get('cookie'), deps.shopperSecret)
  const guest = known ? null : newShopper(deps.shopperSecret)
  let operator: Promise<Operator | null> | undefined
  return {
    ...deps,
    headers,
    requestId: uuidv7(),
    address: addressOfRequest(deps, headers, socket),
    shopper: known ?? (guest as { id: string }).id,
    setCookie: guest ? shopperCookie(guest.value, deps.env.baseUrl.startsWith('https:')) : null,
    operatorOrNull: () => {
      operator ??= operatorOf(deps.auth, headers)
      return operator
    },
  }
}
