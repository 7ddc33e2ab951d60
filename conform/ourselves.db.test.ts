import { once } from 'node:events'
import http from 'node:http'
import type net from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestProduct, type TestProduct } from '@/server/testing/product'
import { conform } from './conform'
import type { ConformOptions } from './options'
import type { ProfileName } from './profile'

/** Our own API, as any program meets it, judged by the runner that judges others. */
let product: TestProduct
let server: http.Server
let target: Omit<ConformOptions, 'profile' | 'url' | 'body'>
let origin: string

beforeAll(async () => {
  product = await openTestProduct()
  server = http.createServer(getRequestListener(product.fetch))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`
  const { token } = await product.otherMerchant()
  target = {
    headers: { authorization: `Bearer ${await product.newApiKey()}` },
    secondHeaders: { authorization: `Bearer ${token}` },
    expiredKey: 'expired-long-ago',
    timeoutMs: 10_000,
  }
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await product.close()
})

const PAYMENT =
  '{"amount": 2400, "currency": "EUR", "paymentMethod": "pm_card_visa", "description": "{{uuid}}"}'
const ORDER =
  '{"currency": "EUR", "items": [{"name": "T-shirt", "quantity": 2, "unitAmount": 1200}], "reference": "{{n}}", "metadata": {"trial": "{{uuid}}"}}'

it.each<[ProfileName, string, string]>([
  ['payonce', '/api/v1/payments', PAYMENT],
  ['ietf', '/api/v1/payments', PAYMENT],
  ['payonce', '/api/v1/orders', ORDER],
  ['ietf', '/api/v1/orders', ORDER],
])(
  'the profile %s gives %s full marks',
  async (profile, path, body) => {
    await expire(path, body)
    // With the list, effects that hide behind one id are seen, too.
    const listUrl = `${origin}${path}?limit=100`
    const report = await conform({ ...target, profile, url: origin + path, body, listUrl })
    expect(report.results.filter(({ outcome }) => outcome !== 'pass')).toEqual([])
    expect(report.must.passed).toBeGreaterThan(8)
  },
  120_000,
)

/** A key whose answer is past its time. */
async function expire(path: string, body: string): Promise<void> {
  const made = body.replaceAll('{{uuid}}', 'expired').replaceAll('{{n}}', '0')
  await product.api('POST', path, made, { 'idempotency-key': 'expired-long-ago' })
  await product.owner.query(
    `UPDATE idempotency_record SET expires_at = now() - interval '1 s' WHERE key = 'expired-long-ago' AND state = 'completed'`,
  )
  await product.deps.store.expireAnswers(100)
}
