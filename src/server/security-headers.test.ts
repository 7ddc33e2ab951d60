import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { CspEvaluator } from 'csp_evaluator/dist/evaluator.js'
import { Severity } from 'csp_evaluator/dist/finding.js'
import { CspParser } from 'csp_evaluator/dist/parser.js'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refuse } from './request-rules'
import { commonHeaders, newNonce, pagePolicy, RESOURCE_POLICY } from './security-headers'

/** A server as `main.ts` builds it, with routes that answer in each of Node's and Hono's ways. */
const HTTPS = { secure: true, development: false }
let seen: http.IncomingHttpHeaders | undefined
const app = new Hono()
app.get('/api/page', (c) => c.html('<p>'))
app.get('/api/json', (c) => {
  seen = Object.fromEntries(c.req.raw.headers)
  c.header('Set-Cookie', 'a=1', { append: true })
  c.header('Set-Cookie', 'b=2', { append: true })
  return c.json({})
})
const api = getRequestListener(app.fetch)
const server = http.createServer((request, response) => {
  if (refuse(request, response, HTTPS)) return
  if (request.url?.startsWith('/api/')) return void api(request, response)
  seen = { ...request.headers }
  if (request.url === '/fails')
    return void response.writeHead(500, { 'content-type': 'text/html' }).end('<p>')
  if (request.url === '/list') return void response.writeHead(200, 'OK', ['Content-Type', 'text/html']).end()
  if (request.url === '/asset') {
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable')
    return void response.setHeader('Content-Type', 'text/javascript').end('1')
  }
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  response.setHeader('Cache-Control', 'public, max-age=60')
  response.end(request.headers['x-nonce'])
})
let origin = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

/** Sends bytes as they are. @returns the status of each answer that came back */
async function statuses(bytes: string): Promise<number[]> {
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  socket.write(bytes.replaceAll('\n', '\r\n').replaceAll('\x0b', '\n'), 'latin1')
  await once(socket, 'close')
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))
}
const raw = (line: string, headers = 'Host: a\n') =>
  statuses(`${line} HTTP/1.1\n${headers}Connection: close\n\n`)

const nonceOf = (headers: Headers) =>
  /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? ''

describe('the headers', () => {
  test.each(['/', '/fails', '/list', '/api/page'])(
    'the HTML of %s has a policy with a nonce and is not cached',
    async (path) => {
      const { headers } = await fetch(origin + path)
      expect(headers.get('content-security-policy')).toBe(pagePolicy(nonceOf(headers), HTTPS))
      expect(headers.get('cache-control')).toBe('private, no-store')
    },
  )

  test.each(['/', '/fails', '/asset', '/api/page', '/api/json', '/api/none', '/_next/image?url=x'])(
    '%s carries all the others, and nothing about us',
    async (path) => {
      const { headers } = await fetch(origin + path)
      for (const [name, value] of Object.entries(commonHeaders({ secure: true })))
        expect([name, headers.get(name)]).toEqual([name, value])
      expect(headers.get('x-powered-by')).toBe(null)
      expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/)
    },
  )

  test('what is no page keeps its caching, its cookies, and runs nothing', async () => {
    const asset = await fetch(`${origin}/asset`)
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(asset.headers.get('content-security-policy')).toBe(RESOURCE_POLICY)
    expect((await fetch(`${origin}/api/json`)).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })

  test('a hundred answers have a hundred nonces of 128 bits, and the page is rendered with its own', async () => {
    const nonces = new Set<string>()
    for (let i = 0; i < 100; i++) {
      const answer = await fetch(origin)
      const nonce = nonceOf(answer.headers)
      expect(await answer.text()).toBe(nonce)
      expect(Buffer.from(nonce, 'base64').length).toBeGreaterThanOrEqual(16)
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(100)
  })

  test('https alone is promised only where we are reached by it, for at least a year', () => {
    const hsts = commonHeaders({ secure: true })['Strict-Transport-Security'] ?? ''
    expect(Number(/max-age=(\d+)/.exec(hsts)?.[1])).toBeGreaterThanOrEqual(31_536_000)
    expect(hsts).toContain('includeSubDomains')
    expect(commonHeaders({ secure: false })).not.toHaveProperty('Strict-Transport-Security')
  })

  test('an evaluator of policies finds nothing serious; nothing unsafe is allowed', () => {
    for (const policy of [pagePolicy(newNonce(), HTTPS), RESOURCE_POLICY]) {
      expect(policy).not.toContain('unsafe')
      const findings = new CspEvaluator(new CspParser(policy).csp).evaluate()
      expect(findings.filter(({ severity }) => severity <= Severity.MEDIUM)).toEqual([])
    }
    const loose = new CspEvaluator(new CspParser("script-src 'unsafe-inline'").csp).evaluate()
    expect(loose.some(({ severity }) => severity === Severity.HIGH)).toBe(true)
    expect(pagePolicy('n', { secure: false, development: true })).toContain('unsafe-eval')
  })
})

describe('a request', () => {
  test.each(['/', '/api/json'])(
    'to %s says nothing in the name of Next, of a proxy, or of us',
    async (path) => {
      const forged = {
        'x-nonce': 'mine',
        'content-security-policy': "script-src 'nonce-mine'",
        'x-middleware-subrequest': 'middleware',
        'x-invoke-path': '/dashboard',
        'x-matched-path': '/dashboard',
        'x-forwarded-host': 'evil.test',
        forwarded: 'host=evil.test',
        'x-locale': 'ar',
      }
      await fetch(origin + path, { headers: { ...forged, 'x-forwarded-for': '192.0.2.1' } })
      expect(JSON.stringify(seen)).not.toMatch(/mine|evil|dashboard|middleware|"ar"/)
      expect(seen).toHaveProperty('x-forwarded-for', '192.0.2.1')
    },
  )

  test.each<[string, number]>([
    ['GET /', 200],
    ['HEAD /', 200],
    ['POST /checkout/ord_1/pay', 200],
    ['OPTIONS /api/json', 404],
    ['POST /', 405],
    ['PUT /checkout/ord_1', 405],
    ['DELETE /dashboard', 405],
    ['TRACE /', 405],
    ['PROPFIND /', 405],
    ['TRACE /api/json', 405],
    ['PROPFIND /api/json', 405],
    ['GET /_next/image?url=%2Fa.png&w=64&q=75', 404],
    ['GET /x/../api/json', 400],
    ['GET /x/%2e%2E/api/json', 400],
    ['GET /./api/json', 400],
    ['GET /%', 400],
    ['GET /%E0%A4%A', 400],
    ['GET /api/%00', 400],
    ['GET /a\\b', 400],
    ['GET //evil.test/', 400],
    ['GET /\\evil.test/', 400],
    ['GET http://evil.test/', 400],
    ['GET https://evil.test/api/json', 400],
    ['OPTIONS *', 400],
    ['GET /dots...and.dots/..a', 200],
    ['GET /?q=%&back=//x/../y', 200],
  ])('%s is answered with %i', async (line, status) => {
    expect(await raw(line)).toEqual([status])
  })

  test('with a method that is not used learns which are', async () => {
    const answer = await fetch(origin, { method: 'DELETE' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect(await answer.json()).toMatchObject({ kind: 'method-not-allowed', status: 405 })
  })

  test.each(['POST', 'GET'])('%s with next-action never reaches the decoder of Next', async (method) => {
    seen = undefined
    const answer = await fetch(origin, { method, headers: { 'next-action': '0'.repeat(40) } })
    expect([answer.status, seen]).toEqual([404, undefined])
  })

  // \x0b stands for a bare line feed; every other line ends with CR LF.
  test.each<[string, string]>([
    ['two hosts', 'GET / HTTP/1.1\nHost: a\nHost: b\nConnection: close\n\n'],
    ['two equal hosts', 'GET / HTTP/1.1\nHost: a\nhost: a\nConnection: close\n\n'],
    ['no host', 'GET / HTTP/1.1\nConnection: close\n\n'],
    [
      'a length and chunks',
      'POST /api/json HTTP/1.1\nHost: a\nContent-Length: 4\nTransfer-Encoding: chunked\n\n0\n\nGET /asset HTTP/1.1\nHost: a\n\n',
    ],
    [
      'chunks and a length',
      'POST /api/json HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nContent-Length: 4\n\n0\n\nGET /asset HTTP/1.1\nHost: a\n\n',
    ],
    [
      'two lengths',
      'POST /api/json HTTP/1.1\nHost: a\nContent-Length: 0\nContent-Length: 30\n\nGET /asset HTTP/1.1\nHost: a\n\n',
    ],
    ['an encoding nobody knows', 'POST /api/json HTTP/1.1\nHost: a\nTransfer-Encoding: xchunked\n\n0\n\n'],
    ['a folded header', 'POST /api/json HTTP/1.1\nHost: a\nTransfer-Encoding:\n chunked\nX: y\n\n0\n\n'],
    ['a bare line feed', 'GET / HTTP/1.1\nHost: a\x0bX: y\nConnection: close\n\n'],
    ['a space before the colon', 'GET / HTTP/1.1\nHost: a\nContent-Length : 5\n\n12345'],
    ['a broken chunk size', 'POST /api/json HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n0x1\nA\n0\n\n'],
  ])('with %s is refused, and what follows it is not answered', async (_, bytes) => {
    const all = await statuses(bytes)
    expect(all.filter((status) => status === 200)).toEqual([])
    expect(all.at(-1)).toBe(400)
  })
})
