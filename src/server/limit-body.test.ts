import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limitBody } from './limit-body'

const MAX = 1_000
let read: string[] = []
const app = new Hono()
app.use(limitBody(MAX))
app.on(['GET', 'HEAD', 'POST', 'PUT'], '/', async (c) => {
  const body = await c.req.text()
  read.push(body)
  return c.json({ size: body.length })
})
const server = http.createServer(getRequestListener(app.fetch))

beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())

/** Sends parts of a body; `stated` is its length, without which it comes in chunks. */
function send(parts: string[], { method = 'POST', stated }: { method?: string; stated?: number } = {}) {
  read = []
  const { port } = server.address() as AddressInfo
  const headers = stated === undefined ? {} : { 'content-length': stated }
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = http.request({ port, host: '127.0.0.1', method, headers }, async (response) => {
      let text = ''
      for await (const part of response.setEncoding('utf8')) text += part
      resolve({ status: response.statusCode ?? 0, text })
      request.destroy()
    })
    request.on('error', reject)
    request.flushHeaders()
    for (const part of parts) request.write(part)
    // Of a body that is refused by its stated length nothing needs to come.
    if (stated === undefined || stated <= MAX) request.end()
  })
}

describe('a body whose length is stated', () => {
  test('passes up to the limit', async () => {
    expect(await send(['x'.repeat(MAX)], { stated: MAX })).toEqual({ status: 200, text: `{"size":${MAX}}` })
    expect(read).toEqual(['x'.repeat(MAX)])
  })

  test('is refused beyond it, before any of it has come', async () => {
    const { status, text } = await send([], { stated: MAX + 1 })
    expect([status, JSON.parse(text)]).toMatchObject([413, { kind: 'too-large', status: 413 }])
    expect(read).toEqual([])
  })
})

describe('a body that comes in chunks', () => {
  test('passes whole, up to the limit', async () => {
    const parts = ['ä', 'b'.repeat(500), '', 'c'.repeat(498)]
    expect(await send(parts)).toMatchObject({ status: 200 })
    expect(read).toEqual([parts.join('')])
  })

  test('is refused as soon as it has one byte more', async () => {
    const { status, text } = await send(['x'.repeat(600), 'y'.repeat(401)])
    expect([status, JSON.parse(text)]).toMatchObject([413, { kind: 'too-large' }])
    expect(read).toEqual([])
  })

  test('is counted in bytes, not in characters', async () => {
    expect(await send(['ä'.repeat(501)])).toMatchObject({ status: 413 })
  })
})

test('a request without a body passes', async () => {
  for (const method of ['GET', 'HEAD']) expect(await send([], { method })).toMatchObject({ status: 200 })
  expect(await send([], { stated: 0 })).toMatchObject({ status: 200, text: '{"size":0}' })
  expect(await send([], { method: 'PUT' })).toMatchObject({ status: 200 })
})

describe('a request that was not parsed by Node', () => {
  const post = (body: BodyInit, headers: Record<string, string> = {}) =>
    app.fetch(new Request('http://localhost/', { method: 'POST', body, headers }))

  test.each(['', '-1', '1e1', '0x1', '10, 10'])(
    'a length that is no number is not believed: %j',
    async (length) => {
      expect((await post('x'.repeat(MAX + 1), { 'content-length': length })).status).toBe(413)
    },
  )

  test('its body is counted', async () => {
    expect((await post('x'.repeat(MAX))).status).toBe(200)
    expect((await post('x'.repeat(MAX + 1))).status).toBe(413)
    expect(
      (await post('x'.repeat(MAX + 1), { 'content-length': '1', 'transfer-encoding': 'chunked' })).status,
    ).toBe(413)
  })
})
