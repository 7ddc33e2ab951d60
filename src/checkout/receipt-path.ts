/** Path of a payment's receipt. The token is unguessable: anyone who has it may see the receipt. */
export function receiptPath(token: string): string {
  return `/receipt/${token}`
}
