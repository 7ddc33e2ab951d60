/** Where a payment's receipt is. The token is unguessable, since whoever has it may see the receipt. */
export function receiptPath(token: string): string {
  return `/receipt/${token}`
}
