import { showId } from '@/lib/id'

/**
 * URL at which the shopper confirms a payment, with the way back to their checkout, which then leads on to the receipt.
 * @param actionUrl as the bank gave it (`Outcome` in payments/gateway.ts): an absolute one knows the way back already, a page on our own
 *   host reads it from the parameter `return`
 */
export function confirmUrl(actionUrl: string, orderId: string): string {
  if (URL.canParse(actionUrl)) return actionUrl
  return `${actionUrl}?return=${encodeURIComponent(checkoutPath(orderId))}`
}

/** The absolute way back, for a bank with a page of its own. Made from the order alone, so that each try of a payment sends the same. */
export function returnUrl(baseUrl: string, orderId: string): string {
  return new URL(checkoutPath(orderId), baseUrl).href
}

function checkoutPath(orderId: string): string {
  return `/checkout/${showId('ord', orderId)}?from=bank`
}
