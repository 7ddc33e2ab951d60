import { operatorOf, type SignedIn } from '@/access/operator'
import { newShopper, shopperCookie, shopperOf } from '@/access/shopper'
import { uuidv7 } from '@/lib/id'
import { addressOf } from './admission/address'
import type { Deps } from './deps'

/** The request of a procedure: who sent it, beside the parts of the process. */
export interface Context extends Deps {
  headers: Headers
  requestId: string
  /** By our trusted proxies; null where it cannot be known: a page that Next renders knows no socket. */
  address: string | null
  /** The guest's id, from their signed cookie. `setCookie` is the cookie for a guest who had none. */
  shopper: string
  setCookie: string | null
  operatorOrNull(): Promise<SignedIn | null>
}

/** @param socket the address at the other end of the connection */
export function contextFor(deps: Deps, headers: Headers, socket?: string): Context {
  const known = shopperOf(headers.get('cookie'), deps.shopperSecret)
  const guest = known ? null : newShopper(deps.shopperSecret)
  let operator: Promise<SignedIn | null> | undefined
  return {
    ...deps,
    headers,
    requestId: uuidv7(),
    address: addressFor(deps, headers, socket),
    shopper: known ?? (guest as { id: string }).id,
    setCookie: guest ? shopperCookie(guest.value, deps.env.baseUrl.startsWith('https:')) : null,
    operatorOrNull: () => {
      operator ??= operatorOf(deps.auth, headers)
      return operator
    },
  }
}

/** The address of a request by our trusted proxies; null when it is not known. */
export function addressFor(deps: Deps, headers: Headers, socket: string | undefined): string | null {
  const address = addressOf(
    socket,
    headers.get('x-forwarded-for') ?? undefined,
    deps.env.PAYONCE_TRUSTED_HOPS,
  )
  return address === 'unknown' ? null : address
}
