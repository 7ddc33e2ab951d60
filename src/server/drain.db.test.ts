import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { deferred } from '@/idempotency/testing/engine'
import { drain } from './drain'
import { listen } from './listen'
import { SLOW_REQUESTS } from './slow-requests'
import { openTestProduct, payReply, type TestProduct } from './testing/product'

let product: TestProduct
let server: http.Server
let base: string
let cookie: string

beforeEach(async () => {
  product = await openTestProduct()
  server = http.createServer(getRequestListener(product.fetch, { hostname: 'localhost' }))
  await listen(server, { PORT: 0, HOST: '127.0.0.1' })
  base = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`
  cookie = await product.cookie()
})
afterEach(() => product.close())

/** Each on a connection of its own, as from a new client. */
async function pay() {
  const order = await product.newOrder()
  const body = { key: `key-${order}`, orderId: order, version: 1, paymentMethod: 'pm_card_visa' }
  return fetch(`${base}/api/trpc/checkout.pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', cookie },
    body: JSON.stringify(body),
  }).then(payReply)
}
const ready = async () => (await fetch(`${base}/api/ready`, { headers: { connection: 'close' } })).status

it('S10 a server that is told to stop says so first and still pays, then begins nothing, and waits for the payment that runs', async () => {
  const { deps } = product
  const [lag, asked, bank] = [deferred<void>(), deferred<void>(), deferred<void>()]
  const charge = product.bank.charge.bind(product.bank)
  expect(await ready()).toBe(200)

  const ended: string[] = []
  const drained = drain(server, { ...deps, close: async () => void ended.push('closed') }, () => lag.promise)
  expect(await ready()).toBe(503)
  expect((await pay()).result?.payment.status).toBe('succeeded')
  vi.spyOn(product.bank, 'charge').mockImplementation(async (request) => {
    asked.resolve()
    await bank.promise
    return charge(request)
  })
  const running = pay()
  await asked.promise

  void lag.resolve()
  await vi.waitFor(() => expect(deps.engine.isClosed()).toBe(true))
  expect([(await pay()).status, await ready()]).toEqual([503, 503])
  expect(ended).toEqual([])

  bank.resolve()
  expect((await running).result?.payment.status).toBe('succeeded')
  await drained
  expect(ended).toEqual(['closed'])
  await expect(ready()).rejects.toThrow('fetch failed')
  expect(await product.count('charges')).toBe(2)
})

it('a connection that is kept for the next request does not hold up a server that stops', async () => {
  server.keepAliveTimeout = SLOW_REQUESTS.keepAliveTimeout
  const socket = net.connect(Number(new URL(base).port), '127.0.0.1')
  const ended = once(socket, 'close')
  socket.write('GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const [first] = (await once(socket.setEncoding('utf8'), 'data')) as [string]
  expect(first).toMatch(/^HTTP\/1\.1 200 [\s\S]*keep-alive: timeout=65/i)
  const { deps } = product
  await drain(server, { ...deps, close: async () => undefined }, async () => undefined)
  await ended
})

it('a proxy that asks in HTTP/1.0, without a Host, is told whether it is ready', async () => {
  const ask = async () => {
    const socket = net.connect(Number(new URL(base).port), '127.0.0.1')
    socket.write('GET /api/ready HTTP/1.0\r\n\r\n')
    const [first] = (await once(socket.setEncoding('utf8'), 'data')) as [string]
    socket.destroy()
    return first.split('\r\n')[0]
  }
  expect(await ask()).toBe('HTTP/1.1 200 OK')
  product.deps.readiness.leave()
  expect(await ask()).toBe('HTTP/1.1 503 Service Unavailable')
  server.close()
})
