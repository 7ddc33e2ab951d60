import { randomUUID } from 'node:crypto'
import diagnostics from 'node:diagnostics_channel'
import http from 'node:http'
import { httpGateway } from '@/payments/simulator/client'
import { openPool } from '@/platform/db'
import { readSetupEnv } from '@/platform/env'
import { onStopRequest } from '@/server/stop-request'

/**
 * The naive twin: a payment as it is often written. It looks whether the order is paid, charges the card, and marks the order. It stores no
 * key, and asks the bank under a new one each time. It tells its steps as the product does, so that the same accidents find them.
 */
const { DATABASE_URL = '', PAYONCE_BANK_URL = '', PAYONCE_GATEWAY_TIMEOUT_MS, PORT } = readSetupEnv()
// By this name the lab finds the connections that it terminates.
const pool = openPool(DATABASE_URL, { max: 10, name: 'payonce-naive' })
const bank = httpGateway({ url: PAYONCE_BANK_URL, timeoutMs: PAYONCE_GATEWAY_TIMEOUT_MS })
const steps = diagnostics.channel('payonce:engine')

async function pay(request: { key: string; orderId: string; paymentMethod: string }) {
  const { rows } = await pool.query('SELECT amount, paid FROM naive_order WHERE id = $1', [request.orderId])
  const order = rows[0] as { amount: string; paid: boolean }
  if (order.paid) return PAID
  steps.publish({ step: 'asking', recordId: request.key })
  const outcome = await bank.charge({
    key: randomUUID(),
    amountMinor: BigInt(order.amount),
    currency: 'EUR',
    method: request.paymentMethod,
    returnUrl: 'http://127.0.0.1',
  })
  steps.publish({ step: 'asked', recordId: request.key })
  if (outcome.kind === 'declined') return problem(402, 'no')
  if (outcome.kind !== 'approved') return problem(500, 'same-key')
  await pool.query('UPDATE naive_order SET paid = true WHERE id = $1', [request.orderId])
  return PAID
}

/** The shape of the product’s own answers, so that the same client reads them. */
const PAID = {
  status: 200,
  body: { result: { data: { payment: { status: 'succeeded' }, receiptUrl: '', actionUrl: null } } },
}

function problem(status: number, retry: 'no' | 'same-key') {
  return { status, body: { error: { data: { idempotency: { kind: 'naive', retry, detail: '' } } } } }
}

async function bodyOf(request: http.IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

const server = http.createServer(async (request, response) => {
  const { status, body } =
    request.method === 'POST'
      ? await pay(JSON.parse(await bodyOf(request))).catch(() => problem(500, 'same-key'))
      : { status: 200, body: {} }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
})
server.listen(PORT, '127.0.0.1')

onStopRequest(() => {
  server.close(() => void pool.end().then(() => process.exit(0)))
  server.closeIdleConnections()
})
