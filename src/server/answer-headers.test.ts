import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { answerWith, completeHeaders, prepareHeaders, setHeader } from './answer-headers'

const app = new Hono()
app.use(async (c, next) => {
  prepareHeaders(c)
  setHeader(c, 'request-id', 'r1')
  await next()
  completeHeaders(c)
})
const piece = { status: 201, headers: { 'Content-Type': 'application/json', Location: '/x' }, body: '{}' }
app.get('/piece', (c) => answerWith(c, piece))
app.get('/other-type', (c) =>
  answerWith(c, { ...piece, headers: { 'Content-Type': 'text/csv', 'Cache-Control': 'max-age=1' } }),
)
app.get('/hono', (c) => c.json({}))
app.get(
  '/own',
  () => new Response('x', { headers: { 'cache-control': 'public', 'content-type': 'text/plain' } }),
)
app.get('/immutable', () => Response.redirect('http://localhost/x', 303))

const EVERY = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
  'request-id': 'r1',
}

test.each<[string, number, Record<string, string>]>([
  ['/piece', 201, { ...EVERY, 'content-type': 'application/json; charset=utf-8', location: '/x' }],
  ['/other-type', 201, { ...EVERY, 'cache-control': 'max-age=1', 'content-type': 'text/csv' }],
  ['/hono', 200, { ...EVERY, 'content-type': 'application/json; charset=utf-8' }],
  ['/own', 200, { ...EVERY, 'cache-control': 'public', 'content-type': 'text/plain' }],
  ['/immutable', 303, { ...EVERY, location: 'http://localhost/x' }],
])('%s has every header once, and its own', async (path, status, headers) => {
  const answer = await app.request(path)
  expect(answer.status).toBe(status)
  expect(Object.fromEntries(answer.headers)).toEqual(headers)
})

test('an app that prepares none sends what Hono would', async () => {
  const bare = new Hono().get('/', (c) => {
    setHeader(c, 'allow', 'GET')
    return answerWith(c, piece)
  })
  const answer = await bare.request('/')
  expect(Object.fromEntries(answer.headers)).toEqual({
    allow: 'GET',
    'content-type': 'application/json',
    location: '/x',
  })
})
