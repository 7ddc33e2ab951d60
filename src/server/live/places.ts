/** 500: each is a socket and some kilobytes, and a process serves fewer operators at once. */
const PROCESS_MAX = 500
/** 100: one merchant does not take the places of the others. */
const MERCHANT_MAX = 100
/** 4: a browser needs one for all its windows, and one more while the first is closing; without locks, one for each window. */
export const SESSION_MAX = 4

export interface PlaceOwner {
  merchantId: string
  sessionId: string
}

/** True when one more stream of this owner is too many beside those that are open. */
export function isFull(open: readonly PlaceOwner[], { merchantId, sessionId }: PlaceOwner): boolean {
  return (
    open.length >= PROCESS_MAX ||
    open.filter((one) => one.merchantId === merchantId).length >= MERCHANT_MAX ||
    open.filter((one) => one.sessionId === sessionId).length >= SESSION_MAX
  )
}
