import { createHash } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { refuse } from '../request-rules'
import { type CheckoutBaseline, differences, readBaseline, Unreachable } from './page-check'

const INLINE = "addEventListener('submit', hold)"
const SCRIPT = 'pay()'
const hash = (text: string) => createHash('sha256').update(text).digest('base64')
const baseline: CheckoutBaseline = { inline: [hash(INLINE)], files: { '/checkout.js': hash(SCRIPT) } }

/** A checkout that a test tampers with. */
let served: { script: string; html: (page: string) => string; without: string | null; status: number }
const server = http.createServer((request, response) => {
  if (refuse(request, response, { secure: false, development: false })) return
  if (served.without) response.removeHeader(served.without)
  if (request.url?.startsWith('/checkout.js')) return void response.end(served.script)
  response.statusCode = served.status
  response.setHeader('Content-Type', 'text/html')
  const nonce = request.headers['x-nonce']
  response.end(
    served.html(`<script nonce="${nonce}">${INLINE}</script><script type="application/json">{}</script>
      <script type="module" src="/checkout.js?v=1&amp;x" nonce="${nonce}"></script>`),
  )
})
let url = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/checkout/ord_1`
})
afterAll(() => void server.close())
beforeEach(() => {
  served = { script: SCRIPT, html: (page) => page, without: null, status: 200 }
})

test('a checkout as built differs in nothing', async () => {
  expect(await differences(url, baseline)).toEqual([])
})

test('one changed byte of the script is seen', async () => {
  served.script = 'paY()'
  expect(await differences(url, baseline)).toEqual([
    expect.stringMatching(/\/checkout\.js has other content$/),
  ])
})

test.each(['X-Content-Type-Options', 'Permissions-Policy', 'Cross-Origin-Opener-Policy'])(
  'the header %s that a proxy dropped is seen',
  async (name) => {
    served.without = name
    expect(await differences(url, baseline)).toEqual([`header ${name} is missing`])
  },
)

test.each<[string, (page: string) => string, RegExp]>([
  ['a byte of the inline script', (page) => page.replace('hold', 'held'), /is not ours/],
  ['an inline script more', (page) => `${page}<script>steal()</script>`, /is not ours/],
  [
    'a script that only looks like data',
    (page) => `${page}<script data-type="application/json">steal()</script>`,
    /is not ours/,
  ],
  ['a script that does not end', (page) => `${page}<script>steal()`, /is not ours/],
  [
    'an inline script less',
    (page) => page.replace(/<script nonce[\s\S]*?<\/script>/, ''),
    /inline script .* is missing/,
  ],
  [
    'a script of another host',
    (page) => `${page}<SCRIPT async src=https://evil.test/a.js></SCRIPT>`,
    /https:\/\/evil\.test\/a\.js is not in the baseline/,
  ],
  [
    'a same-named script of another host',
    (page) => page.replace('"/checkout.js', '"https://evil.test/checkout.js'),
    /evil\.test\/checkout\.js is not in the baseline/,
  ],
  ['no script at all', () => '<p>', /script \/checkout\.js is missing/],
])('%s is seen', async (_, tamper, sentence) => {
  served.html = tamper
  expect((await differences(url, baseline)).join('\n')).toMatch(sentence)
})

test('a checkout that is not there is no checkout as built', async () => {
  served.status = 404
  expect(await differences(url, baseline)).toEqual(['the checkout answers 404'])
})

test('a checkout that leads elsewhere is none as built', async () => {
  served.status = 302
  expect(await differences(url, baseline)).toEqual(['the checkout answers 302'])
})

test('a server that is away or starting is not reached, which is no change', async () => {
  served.status = 503
  await expect(differences(url, baseline)).rejects.toThrow(Unreachable)
  await expect(differences('http://127.0.0.1:1/checkout/ord_1', baseline)).rejects.toThrow(Unreachable)
})

test('a baseline that is missing or damaged is an error, not silence', () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'baseline-')), 'checkout.json')
  expect(() => readBaseline(file)).toThrow()
  fs.writeFileSync(file, '{"inline":[]}')
  expect(() => readBaseline(file)).toThrow()
  fs.writeFileSync(file, JSON.stringify(baseline))
  expect(readBaseline(file)).toEqual(baseline)
})
