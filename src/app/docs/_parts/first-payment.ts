/** Puts a key into the reader's terminal. */
export const keyCommand = (token: string | null): string => `export PAYONCE_API_KEY=${token ?? 'sk_test_…'}`

/** A first payment with curl, under a key of its own. Sent twice, it charges once. */
export const firstPaymentCommand = (baseUrl: string): string => `curl -i ${baseUrl}/api/v1/payments \\
  -H "Authorization: Bearer $PAYONCE_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -H 'Idempotency-Key: my-first-payment' \\
  -d '{"amount": 2400, "currency": "EUR", "paymentMethod": "pm_card_visa"}'`
