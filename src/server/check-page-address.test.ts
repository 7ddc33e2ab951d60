import type http from 'node:http'
import { expect, test } from 'vitest'
import { refuseBadAddress } from './check-page-address'

function answerTo(url: string) {
  const sent: { status?: number; headers?: object; text?: string } = {}
  const response = {
    writeHead: (status: number, headers: object) => Object.assign(sent, { status, headers }),
    end: (text: string) => Object.assign(sent, { text }),
  }
  const answered = refuseBadAddress({ url } as http.IncomingMessage, response as never)
  return answered ? sent : null
}

test.each([
  ['a path that leads into the API', '/x/../api/v1'],
  ['the same, encoded', '/x/%2e%2e/api/v1'],
  ['the same, with a backslash', '/x\\..\\api'],
  ['the same, with an encoded slash', '/x%2f..%2fapi'],
  ['an encoding that is none', '/checkout/%'],
  ['bytes that are no UTF-8', '/%ff'],
  ['half of a pair', '/%ed%a0%80'],
  ['U+0000 in the path', '/checkout/ord_%00'],
  ['U+0000 in the query', '/dashboard/payments?q=%00'],
  ['a line break in the query', '/?x=%0aforged'],
  ['a card number in a search field', '/dashboard/payments?q=4242+4242+4242+4242'],
  ['a card number in the path', '/checkout/4242424242424242'],
  ['another host', 'http://evil.test/'],
  ['no path', '*'],
])('%s is 400 and says why', (_, url) => {
  expect(answerTo(url)).toMatchObject({ status: 400, text: expect.stringMatching(/\.\n$|\.\.\n$/) })
})

test.each([
  '/',
  '/dashboard/payments?q=Ann%20O%E2%80%99Neil&after=MjAyNi0xMS0yNHw&status=unknown',
  '/checkout/ord_018f3c2a9d4e7c31b2a45f60718293a4?attempt=8e03978e-40d5-43e8-bc93-6894a57f9324&problem=declined',
  '/_next/static/chunks/%5BorderId%5D-0f1e2d3c4b5a6978.js',
  '/docs/api#tag/Payments',
  '/receipt/3pT0k3n..x',
  '/dashboard/payments?from=2026-11-24T12%3A00&q=%F0%9F%A7%BE',
])('%s goes on to the page', (url) => {
  expect(answerTo(url)).toBeNull()
})
