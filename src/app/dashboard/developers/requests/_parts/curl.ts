/** What a command needs of a logged request. */
export interface CurlSource {
  method: string
  path: string
  query: string | null
  baseUrl: string
  requestHeaders: readonly { name: string; value: string }[]
  requestBody: string | null
  idempotencyKey: string | null
}

/** Headers that the command must send as the program did; curl sets the others by itself. */
const SENT = new Set(['accept', 'content-type', 'prefer'])

/**
 * The request as a command for a POSIX shell. The API key is that of the terminal, in `PAYONCE_API_KEY`. Whatever a program sent stands in
 * single quotes, so that no shell reads it as anything but text; and a body never begins a file's name (`--data-raw`).
 * @param key `same`: a repeat of the request. `new`: a request of its own, under a key that the shell makes
 */
export function curlOf(request: CurlSource, key: 'same' | 'new'): string {
  const { method, path, query, baseUrl, requestBody } = request
  const post = method === 'POST'
  const parts = [
    // --globoff: brackets in an address are no pattern.
    `curl -i --globoff${post || method === 'GET' ? '' : ` -X ${quoted(method)}`} ${quoted(`${baseUrl}${path}${query ? `?${query}` : ''}`)}`,
    '-H "Authorization: Bearer $PAYONCE_API_KEY"',
    ...request.requestHeaders
      .filter(({ name }) => SENT.has(name))
      .map(({ name, value }) => `-H ${quoted(`${name}: ${value}`)}`),
  ]
  if (request.idempotencyKey !== null)
    parts.push(
      key === 'new'
        ? '-H "Idempotency-Key: $(uuidgen)"'
        : `-H ${quoted(`Idempotency-Key: ${request.idempotencyKey}`)}`,
    )
  if (post) parts.push(requestBody === null ? '--data @body.json' : `--data-raw ${quoted(requestBody)}`)
  return parts.join(' \\\n  ')
}

/** A text in single quotes. Control characters, also those that turn the direction of writing, become spaces. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').replaceAll("'", `'\\''`)}'`
}

/** True when something of the body was not kept, so that the command does not send what the program sent. */
export function isMasked({ requestBody, method }: CurlSource): boolean {
  return method === 'POST' && (requestBody === null || /\[[a-z -]+\]|…$/.test(requestBody))
}

/** True when the log does not have the key as it was sent: under another one, the command would be a request of its own. */
export function isKeyMasked({ idempotencyKey }: Pick<CurlSource, 'idempotencyKey'>): boolean {
  return idempotencyKey !== null && /\[(e-mail|secret|card number|masked)\]|…$/.test(idempotencyKey)
}
