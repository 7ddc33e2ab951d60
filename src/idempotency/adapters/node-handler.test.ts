import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { type NodeRequest, nodeHandler } from './node-handler'

const servers: http.Server[] = []
afterEach(() => {
  vi.restoreAllMocks()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

type Handle = (request: Request, req: NodeRequest) => Promise<Response>

/** A server of Node; `before` stands where Express's middleware would. */
async function serve(handle: Handle, before: (req: NodeRequest) => void = () => {}): Promise<string> {
  const serving = nodeHandler(handle)
  const server = http.createServer((req, res) => {
    before(req)
    void serving(req, res)
  })
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const echo: Handle = async (request) =>
  Response.json(
    { url: request.url, key: request.headers.get('Idempotency-Key'), body: await request.text() },
    { status: 201, headers: { 'Idempotent-Replayed': 'true' } },
  )

it('hands over method, address, headers and body, and sends the response back', async () => {
  const url = await serve(echo)
  const response = await fetch(`${url}/orders?a=1`, {
    method: 'POST',
    headers: { 'Idempotency-Key': 'abc123' },
    body: '{"amount":5}',
  })
  expect([response.status, response.headers.get('Idempotent-Replayed')]).toEqual([201, 'true'])
  expect(await response.json()).toEqual({ url: `${url}/orders?a=1`, key: 'abc123', body: '{"amount":5}' })
  expect(await (await fetch(url)).json()).toMatchObject({ body: '' })
})

it('takes a body that a parser has read already, and the address before a router took its part', async () => {
  const url = await serve(echo, (req) =>
    Object.assign(req, { body: { amount: 5 }, originalUrl: '/all/orders' }),
  )
  const response = await fetch(`${url}/orders`, { method: 'POST' })
  expect(await response.json()).toMatchObject({ url: `${url}/all/orders`, body: '{"amount":5}' })
})

it('joins a key that was sent twice, so that it is refused as a list', async () => {
  const url = await serve(echo)
  const request = http.request(url, { method: 'POST', headers: { 'Idempotency-Key': ['a', 'b'] } }).end()
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage]
  const [text] = await answer.toArray()
  expect(JSON.parse(String(text))).toMatchObject({ key: 'a, b' })
})

it('answers before a body that is too large has come to its end', async () => {
  const url = await serve(async (request) => {
    const reader = request.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    return new Response(null, { status: 413 })
  })
  const response = await fetch(url, { method: 'POST', body: 'x'.repeat(5_000_000) })
  expect(response.status).toBe(413)
})

it('gives what is thrown to next; without one it is printed and answered with 500', async () => {
  const bug = new RangeError('a bug')
  const next = vi.fn()
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
  const fails = nodeHandler(() => Promise.reject(bug))
  const request = { headers: {}, async *[Symbol.asyncIterator]() {} }
  await fails(request, { statusCode: 0, setHeader: () => {}, end: () => {} }, next)
  expect(next).toHaveBeenCalledWith(bug)
  const url = await serve(() => Promise.reject(bug))
  expect((await fetch(url)).status).toBe(500)
  expect(printed).toHaveBeenCalledWith(bug)
  expect(() => nodeHandler({} as never)).toThrow(/nodeHandler\(fetchHandler/)
})
