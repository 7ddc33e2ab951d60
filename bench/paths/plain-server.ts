import http from 'node:http'
import pg from 'pg'
import { hashOf } from '@/access/token'
import { readId, uuidv7 } from '@/lib/id'
import { readEnv } from '@/platform/env'
import { baseline, READ } from './baseline'
import { answerProbes } from './child'
import { FLOOR } from './http'

/**
 * A handler written by hand with node:http and pg: the same statements as a payment through REST, in the same order (API key, quota,
 * record, and for a fresh payment the two commits), without engine, validation or framework.
 */
const { DATABASE_URL, PORT } = readEnv()
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 })
// A connection that the database ends is replaced; without this listener it would end the process.
pool.on('error', () => undefined)

const KEY = `SELECT k.merchant_id, k.id, k.scopes FROM api_key k JOIN merchant m ON m.id = k.merchant_id AND m.mode = 'test'
  WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`
const QUOTA = `INSERT INTO rate_limit VALUES ($1, 1, $2) ON CONFLICT (key) DO UPDATE SET
  points = CASE WHEN rate_limit.expire <= $3 THEN 1 ELSE rate_limit.points + 1 END,
  expire = CASE WHEN rate_limit.expire <= $3 THEN $2 ELSE rate_limit.expire END RETURNING points, expire`

const server = http.createServer((request, response) => {
  if (request.url === FLOOR) return void floor(request, response)
  let text = ''
  request.on('data', (chunk) => (text += chunk))
  request.on('end', () => {
    pay(request.headers, JSON.parse(text)).then(
      (body) => response.writeHead(201, { 'content-type': 'application/json' }).end(body),
      (error) => response.writeHead(500).end(String(error)),
    )
  })
})

/** As little as a replay can be: a request, and one read. */
async function floor(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  await pool.query({
    name: 'read',
    text: READ,
    values: [uuidv7(), String(request.headers['idempotency-key'])],
  })
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
}

async function pay(headers: http.IncomingHttpHeaders, { orderId }: { orderId: string }): Promise<string> {
  const hash = hashOf(String(headers.authorization).slice(7))
  const now = Date.now()
  const [key] = await Promise.all([
    pool.query({ name: 'key', text: KEY, values: [hash] }),
    pool.query({ name: 'quota', text: QUOTA, values: [`plain:${hash}`, now + 60_000, now] }),
  ])
  const { merchant_id: merchantId } = key.rows[0]
  const recordId = `raw-${headers['idempotency-key']}`
  const { rows } = await pool.query({ name: 'read', text: READ, values: [merchantId, recordId] })
  if (rows[0]?.answer) return rows[0].answer
  await baseline(pool, merchantId).fresh({
    orderId: readId('ord', orderId) as string,
    key: String(headers['idempotency-key']),
  })
  return '{"payment":{"id":"pay_0","status":"succeeded","amount":2400}}'
}

server.listen(PORT, '127.0.0.1', () => process.send?.({ ready: true }))
answerProbes({})
