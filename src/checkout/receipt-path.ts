/** Path of a payment's receipt. The token is unguessable: anyone who has it may see the receipt. */
export function receiptPath(token: string): string {
  return `/receipt/${token}`
}

/**
 * Path of the page that checks a receipt's code.
 * @param receipt the payment's id as shown, and the code
 */
export function verifyPath(receipt: { paymentId: string; verificationCode: string }): string {
  return `/verify?payment=${receipt.paymentId}&code=${receipt.verificationCode}`
}
