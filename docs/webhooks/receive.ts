// Receives webhooks of Payonce with Node alone: WEBHOOK_SECRET=whsec_… PORT=4000 node receive.ts (before Node 22.18: npx tsx receive.ts)
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const key = Buffer.from((process.env.WEBHOOK_SECRET ?? '').replace('whsec_', ''), 'base64')
if (key.length < 24) throw new Error('Set WEBHOOK_SECRET.')
/** In your own server: a table with a unique id, written in the commit that does the work. */
const seen = new Set<string>()

function isGenuine(headers: Record<string, unknown>, body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures } = headers
  if (!(Math.abs(Date.now() / 1_000 - Number(at)) <= 300)) return false
  const expected = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest()
  return String(signatures)
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice(3), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected))
}

createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  // The raw bytes: parsed and written again they would have another signature.
  const body = Buffer.concat(chunks)
  if (!isGenuine(request.headers, body)) return void response.writeHead(400).end()
  const id = String(request.headers['webhook-id'])
  if (!seen.has(id)) console.log(id, JSON.parse(body.toString()).type)
  seen.add(id)
  response.writeHead(204).end()
}).listen(Number(process.env.PORT ?? 4000), '127.0.0.1')
