/** A step of the walkthrough with curl. `…` in `prints` stands for values that differ each time. e2e/curl.spec.ts runs each step and compares. */
export interface WalkthroughStep {
  text: string
  run: string
  prints: string
}

const CURL = (body: string) => `curl -s http://localhost:3000/api/v1/payments \\
  -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -H 'Idempotency-Key: abc123' \\
  -w '\\nHTTP %{http_code}, Idempotent-Replayed: %header{idempotent-replayed}\\n' \\
  -d '${body}'`

const PAID =
  '{"id":"pay_…","orderId":"ord_…","amount":2400,"currency":"EUR","status":"succeeded","paymentMethod":"pm_card_visa","cardLabel":"Visa •••• 4242","declineCode":null,"amountRefunded":0,"description":null,"metadata":{},"receiptUrl":"http://localhost:3000/receipt/…","nextAction":null,"createdAt":"…"}'

export const CURL_WALKTHROUGH: WalkthroughStep[] = [
  {
    text: 'The demo API key is in the data folder of the running sandbox.',
    run: `KEY=$(node -p 'JSON.parse(fs.readFileSync(".data/demo.json")).apiKey'); printf '%.8s…\\n' "$KEY"`,
    prints: 'sk_test_…',
  },
  {
    text: 'Pay with the key abc123.',
    run: CURL('{"amount": 2400, "currency": "EUR", "paymentMethod": "pm_card_visa"}'),
    prints: `${PAID}\nHTTP 201, Idempotent-Replayed:`,
  },
  {
    text: 'Send it again, as after a lost answer: the result is the same, and nothing is charged.',
    run: CURL('{"amount": 2400, "currency": "EUR", "paymentMethod": "pm_card_visa"}'),
    prints: `${PAID}\nHTTP 201, Idempotent-Replayed: true`,
  },
  {
    text: 'Change the amount but keep the key: the request is refused, and the answer names the field that differs.',
    run: CURL('{"amount": 9900, "currency": "EUR", "paymentMethod": "pm_card_visa"}'),
    prints:
      '{"type":"/problems/key-reused","kind":"key-reused","title":"This key was used with a different payload","detail":"This key belongs to a request with other contents. Use a new key for a new request.","status":422,"retry":"no","safeNewKey":true,"differs":["/amount"]}\nHTTP 422, Idempotent-Replayed:',
  },
  {
    text: 'Look up the key, without sending the payment again.',
    run: `curl -s http://localhost:3000/api/v1/idempotency/payments.create/abc123 -H "Authorization: Bearer $KEY"`,
    prints:
      '{"operation":"payments.create","key":"abc123","state":"completed","status":201,"problem":null,"resource":{"id":"pay_…","url":"/api/v1/payments/pay_…"},"createdAt":"…","completedAt":"…","expiresAt":"…"}',
  },
]
