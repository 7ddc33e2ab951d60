import { KEY_COMMAND, keyStateCommand, PAYMENT_BODY, payCommand } from './curl-commands'

/** A step of the walkthrough with curl. `…` in `prints` stands for values that differ each time. e2e/curl.spec.ts runs each step and compares. */
export interface WalkthroughStep {
  text: string
  run: string
  prints: string
}

const URL = 'http://localhost:3000'
const FIRST_KEY = 'abc123'

const PAID =
  '{"id":"pay_…","orderId":"ord_…","amount":2400,"currency":"EUR","status":"succeeded","paymentMethod":"pm_card_visa","cardLabel":"Visa •••• 4242","declineCode":null,"amountRefunded":0,"description":null,"metadata":{},"receiptUrl":"http://localhost:3000/receipt/…","nextAction":null,"createdAt":"…"}'

export const CURL_WALKTHROUGH: WalkthroughStep[] = [
  {
    text: 'The demo API key is in the data folder of the running sandbox.',
    run: KEY_COMMAND,
    prints: 'sk_test_…',
  },
  {
    text: 'Pay with the key abc123.',
    run: payCommand(URL, FIRST_KEY, PAYMENT_BODY),
    prints: `${PAID}\nHTTP 201, Idempotent-Replayed:`,
  },
  {
    text: 'Send it again, as after a lost answer: the result is the same, and nothing is charged.',
    run: payCommand(URL, FIRST_KEY, PAYMENT_BODY),
    prints: `${PAID}\nHTTP 201, Idempotent-Replayed: true`,
  },
  {
    text: 'Change the amount but keep the key: the request is refused, and the answer names the field that differs.',
    run: payCommand(URL, FIRST_KEY, PAYMENT_BODY.replace('2400', '9900')),
    prints:
      '{"type":"/problems/key-reused","kind":"key-reused","title":"This key was used with a different payload","detail":"This key belongs to a request with other contents. Use a new key for a new request.","status":422,"retry":"no","safeNewKey":true,"differs":["/amount"]}\nHTTP 422, Idempotent-Replayed:',
  },
  {
    text: 'Look up the key, without sending the payment again.',
    run: keyStateCommand(URL, FIRST_KEY),
    prints:
      '{"operation":"payments.create","key":"abc123","state":"completed","status":201,"problem":null,"resource":{"id":"pay_…","url":"/api/v1/payments/pay_…"},"createdAt":"…","completedAt":"…","expiresAt":"…"}',
  },
]
