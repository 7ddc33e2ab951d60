import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { FORM, ownPagesOnly } from './origin'

const app = new Hono()
app.use(ownPagesOnly(['application/json'], 'https://shop.example'))
app.all('/', (c) => c.text('in'))

const send = async (headers: Record<string, string>, method = 'POST', url = 'https://shop.example/') =>
  (await app.request(url, { method, headers: { host: new URL(url).host, ...headers } })).status
const json = { 'content-type': 'application/json' }

describe('a write', () => {
  test.each<[string, Record<string, string>]>([
    ['our own page', { ...json, origin: 'https://shop.example', 'sec-fetch-site': 'same-origin' }],
    ['a program without an origin', json],
    ['a content type with parameters', { 'content-type': 'Application/JSON; charset=utf-8' }],
    ['the address bar', { ...json, 'sec-fetch-site': 'none' }],
  ])('comes in from %s', async (_, headers) => {
    expect(await send(headers)).toBe(200)
  })

  test.each([
    ['http://localhost:3000', 'http://127.0.0.1:3000', 200],
    ['http://localhost:3000', 'http://[::1]:3000', 200],
    ['http://127.0.0.1:3000', 'http://localhost:3000', 200],
    ['http://localhost:3000', 'http://localhost:3001', 403],
    ['http://localhost:3000', 'https://localhost:3000', 403],
    ['http://localhost:3000', 'http://evil.test:3000', 403],
    ['http://localhost:3000', 'http://localhost.evil.test:3000', 403],
    ['https://shop.example', 'http://127.0.0.1:3000', 403],
    ['https://shop.example', 'http://shop.example', 403],
  ])('at %s from a page of %s, whose host the request names too: %i', async (baseUrl, origin, status) => {
    const own = new Hono()
    own.use(ownPagesOnly(['application/json'], baseUrl))
    own.post('/', (c) => c.text('in'))
    const headers = { ...json, host: new URL(origin).host, origin }
    expect((await own.request(`${origin}/`, { method: 'POST', headers })).status).toBe(status)
  })

  test.each<[string, Record<string, string>]>([
    ['another site', { ...json, origin: 'https://evil.example' }],
    ['another site, by the browser’s word', { ...json, 'sec-fetch-site': 'cross-site' }],
    ['a sibling domain', { ...json, 'sec-fetch-site': 'same-site' }],
    ['a name that ends like ours', { ...json, origin: 'https://notshop.example' }],
    ['a name that begins like ours', { ...json, origin: 'https://shop.example.evil.example' }],
    ['another port', { ...json, origin: 'https://shop.example:8443' }],
  ])('is refused from %s', async (_, headers) => {
    expect(await send(headers)).toBe(403)
  })

  test.each([
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    '',
    'application/json2',
  ])('is refused as %j, which another site’s form could send', async (type) => {
    expect(await send(type ? { 'content-type': type } : {})).toBe(415)
  })

  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is a write too', async (method) => {
    expect(await send({ ...json, origin: 'https://evil.example' }, method)).toBe(403)
  })
})

test('reading is open', async () => {
  for (const method of ['GET', 'HEAD'])
    expect(await send({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, method)).toBe(200)
})

describe('a form, which any site can post', () => {
  const forms = new Hono()
  forms.use('/pay', ownPagesOnly([FORM], 'https://shop.example'))
  forms.use('/language', ownPagesOnly([FORM], 'https://shop.example', { allowUnknownSender: true }))
  forms.post('*', (c) => c.text('in'))
  const post = async (path: string, headers: Record<string, string>) =>
    (await forms.request(path, { method: 'POST', headers: { 'content-type': FORM, ...headers } })).status

  test.each<[string, Record<string, string>, number, number]>([
    ['our own page', { origin: 'https://shop.example' }, 200, 200],
    ['our own page, by the browser’s word', { 'sec-fetch-site': 'same-origin' }, 200, 200],
    ['our own page that hides its origin', { origin: 'null', 'sec-fetch-site': 'same-origin' }, 200, 200],
    ['a page that hides its origin', { origin: 'null' }, 403, 200],
    ['a program', {}, 403, 200],
    ['the address bar', { 'sec-fetch-site': 'none' }, 403, 200],
    ['another site', { origin: 'https://evil.example' }, 403, 403],
    ['another site that hides its origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }, 403, 403],
    ['a sibling domain', { 'sec-fetch-site': 'same-site' }, 403, 403],
    [
      'a page that contradicts its browser',
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
      403,
      403,
    ],
  ])('from %s', async (_, headers, pays, choosesALanguage) => {
    expect([await post('/pay', headers), await post('/language', headers)]).toEqual([pays, choosesALanguage])
  })
})

test('a refusal is a row of the problem table', async () => {
  const refused = await app.request('https://shop.example/', {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
  })
  expect(refused.headers.get('content-type')).toBe('application/problem+json')
  expect(await refused.json()).toMatchObject({
    kind: 'unsupported-media',
    status: 415,
    retry: 'after-fixing',
  })
})

// A page in a sandboxed frame sends "null", which is no URL.
test('a page without an origin of its own is refused', async () => {
  expect(await send({ ...json, origin: 'null' })).toBe(403)
})
