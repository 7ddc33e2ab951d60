import { showId } from '@/lib/id'

/**
 * URL at which the shopper confirms a payment, with the way back to their checkout, which then leads on to the receipt.
 * @param actionUrl as the bank gave it (`Outcome` in payments/gateway.ts); it reads the parameter `return`
 */
export function confirmUrl(actionUrl: string, orderId: string): string {
  return `${actionUrl}?return=${encodeURIComponent(`/checkout/${showId('ord', orderId)}?from=bank`)}`
}
