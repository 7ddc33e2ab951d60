/* The commands of the guide's walkthrough and of /learn, for an installation and a key. They differ in nothing else. */

/** How a command gets the demo's API key without naming it. */
export const KEY_FROM_FILE = `$(node -p 'JSON.parse(fs.readFileSync(".data/demo.json")).apiKey')`

/** Reads the demo API key into the shell's variable `KEY`. */
export const KEY_COMMAND = `KEY=${KEY_FROM_FILE}; printf '%.8s…\\n' "$KEY"`

/** What a payment of €24.00 sends. */
export const PAYMENT_BODY = '{"amount": 2400, "currency": "EUR", "paymentMethod": "pm_card_visa"}'

/**
 * Pays under an idempotency key, and prints the answer with its status.
 * @param url address of the installation
 */
export function payCommand(url: string, key: string, body: string): string {
  return `curl -s ${url}/api/v1/payments \\
  -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -H '${quoted(`Idempotency-Key: ${headerOf(key)}`)}' \\
  -w '\\nHTTP %{http_code}, Idempotent-Replayed: %header{idempotent-replayed}\\n' \\
  -d '${body}'`
}

/** Asks for the state of a key. It sends nothing to the bank. */
export function keyStateCommand(url: string, key: string): string {
  const path = `/api/v1/idempotency/payments.create/${encodeURIComponent(key).replaceAll("'", '%27')}`
  // Some letters of a key mean something to a shell.
  const address = /^[\w./:%~-]+$/.test(url + path) ? url + path : `'${url}${path}'`
  return `curl -s ${address} -H "Authorization: Bearer $KEY"`
}

/** A key as a header: bare, or as a String of RFC 9651 where it has other characters. */
function headerOf(key: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9._:~+/=-]*$/.test(key) ? key : `"${key.replaceAll(/["\\]/g, '\\$&')}"`
}

const quoted = (text: string) => text.replaceAll("'", "'\\''")
