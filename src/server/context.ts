import { operatorOf, type SignedIn } from '@/access/operator'
import { guestOf, shopperCookie } from '@/access/shopper'
import { uuidv7 } from '@/lib/id'
import type { Deps } from './deps'

/** The request of a procedure: who sent it, beside the parts of the process. */
export interface Context extends Deps {
  headers: Headers
  requestId: string
  /** The sender's network, by which calls are limited. */
  address: string
  /** The guest's id, from their signed cookie. `setCookie` is the cookie for a guest who had none, or an older signature. */
  shopper: string
  setCookie: string | null
  operatorOrNull(): Promise<SignedIn | null>
}

/** @param address see `requestAddress` */
export function contextFor(deps: Deps, headers: Headers, address: string): Context {
  const guest = guestOf(headers.get('cookie'), deps.shopperSecrets)
  let operator: Promise<SignedIn | null> | undefined
  return {
    ...deps,
    headers,
    address,
    requestId: uuidv7(),
    shopper: guest.id,
    setCookie: guest.value ? shopperCookie(guest.value, deps.env.baseUrl.startsWith('https:')) : null,
    operatorOrNull: () => {
      operator ??= operatorOf(deps, headers)
      return operator
    },
  }
}
