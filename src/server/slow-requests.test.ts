import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { SLOW_REQUESTS } from './slow-requests'

let server: http.Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** The product's limits, a hundred times as fast. */
const FAST = Object.fromEntries(Object.entries(SLOW_REQUESTS).map(([name, ms]) => [name, ms / 100]))

async function answerTo(text: string, onRequest: http.RequestListener = () => {}): Promise<string> {
  server = http.createServer(FAST, onRequest)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(text)
  let answer = ''
  socket.on('data', (part) => {
    answer += part
  })
  await once(socket, 'close')
  return answer
}

test('a body that does not come, and headers that do not end, are answered 408 and cut off', async () => {
  const body = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'
  expect(await answerTo(body)).toMatch(/^HTTP\/1.1 408 /)
  server.close()
  expect(await answerTo('POST / HTTP/1.1\r\nHost: a\r\nX-Slow: ')).toMatch(/^HTTP\/1.1 408 /)
})

test('an answer that takes longer than a request may is not cut off: a payment waits for its bank', async () => {
  const answer = await answerTo('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', (_, response) => {
    setTimeout(() => response.end('paid'), 500)
  })
  expect(answer).toMatch(/^HTTP\/1.1 200 /)
  expect(answer).toContain('paid')
})

test('the limits are seconds, and looked at in seconds', () => {
  expect(SLOW_REQUESTS.headersTimeout).toBeLessThanOrEqual(SLOW_REQUESTS.requestTimeout)
  expect(SLOW_REQUESTS.requestTimeout + SLOW_REQUESTS.connectionsCheckingInterval).toBeLessThanOrEqual(30_000)
})

test('a connection between two requests stays open for longer than a request may take, and than a proxy keeps it', async () => {
  const began = performance.now()
  expect(await answerTo('GET / HTTP/1.1\r\nHost: a\r\n\r\n', (_, response) => response.end('paid'))).toMatch(
    /^HTTP\/1.1 200 [\s\S]*paid/,
  )
  expect(performance.now() - began).toBeGreaterThanOrEqual(FAST.keepAliveTimeout ?? 0)
  expect(SLOW_REQUESTS.keepAliveTimeout).toBeGreaterThan(60_000)
})
