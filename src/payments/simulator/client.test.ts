import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '@/setup/process/port'
import type { Gateway } from '../gateway'
import { httpChallenges, httpGateway } from './client'

/** What a client takes for an answer. The bank here says whatever it is told to. */
type Say = (response: http.ServerResponse) => void

let server: http.Server
let gateway: Gateway
let url: string
let say: Say
let asked: { method: string; url: string; body: string }[]

beforeAll(async () => {
  server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      asked.push({ method: request.method ?? '', url: request.url ?? '', body })
      say(response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  gateway = httpGateway({ url: `${url}/`, timeoutMs: 2_000 })
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
})

const text =
  (body: string, status = 200, headers: Record<string, string> = {}): Say =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
const json = (body: unknown, status = 200) => text(JSON.stringify(body), status)
const REQUEST = {
  key: 'k/1',
  amountMinor: 9_223_372_036_854_775_807n,
  currency: 'EUR',
  method: 'pm_card_visa',
  returnUrl: 'https://shop.example/checkout/ord_1',
} as const
const APPROVED = {
  kind: 'approved',
  ref: 'ch_1',
  amountMinor: '9223372036854775807',
  currency: 'EUR',
  feeMinor: '36',
  cardLabel: 'Visa',
}
const answered = (changes: object = {}, key = 'k/1') => json({ key, outcome: { ...APPROVED, ...changes } })

describe('positive control', () => {
  it('carries amounts beyond what a float can tell apart, there and back', async () => {
    say = answered()
    expect(await gateway.charge(REQUEST)).toEqual({
      ...APPROVED,
      amountMinor: 9_223_372_036_854_775_807n,
      feeMinor: 36n,
    })
    expect(asked).toMatchObject([{ method: 'POST', url: '/charges' }])
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ ...REQUEST, amountMinor: '9223372036854775807' })
  })

  it('asks for a key by its whole name', async () => {
    say = json({ key: 'k/1', outcome: { kind: 'absent' } })
    expect(await gateway.find('k/1')).toEqual({ kind: 'absent' })
    expect(asked).toMatchObject([{ method: 'GET', url: '/keys/k%2F1', body: '' }])
  })

  it('lives under a path, if the bank does', async () => {
    say = answered()
    expect((await httpGateway({ url: `${url}/bank/v1`, timeoutMs: 2_000 }).charge(REQUEST)).kind).toBe(
      'approved',
    )
    expect(asked[0]?.url).toBe('/bank/v1/charges')
  })
})

describe('G10 what is no answer to our question is doubt', () => {
  it.each<[string, Say]>([
    ['400', json({}, 400)],
    ['401', json({}, 401)],
    ['404, of a wrong address', json({ key: 'k/1', outcome: { kind: 'absent' } }, 404)],
    ['409', json({}, 409)],
    ['429', json({}, 429)],
    ['500', json({}, 500)],
    ['503 with an approval in it', json({ key: 'k/1', outcome: APPROVED }, 503)],
    ['201', json({ key: 'k/1', outcome: APPROVED }, 201)],
    ['a redirect to an approval', text('', 307, { location: '/elsewhere' })],
    ['a page of a proxy', text('<html>It works!</html>')],
    ['nothing', text('')],
    ['null', text('null')],
    ['JSON that is cut', text(JSON.stringify({ key: 'k/1', outcome: APPROVED }).slice(0, -9))],
    ['an answer about another key', answered({}, 'k/2')],
    ['an approval without a reference', answered({ ref: undefined })],
    ['an approval with an empty reference', answered({ ref: '' })],
    ['an amount that is a number', answered({ amountMinor: 2400 })],
    ['a negative amount', answered({ amountMinor: '-1' })],
    ['half a cent', answered({ amountMinor: '1.5' })],
    ['an amount in words', answered({ amountMinor: '1e3' })],
    ['a kind that we do not know', answered({ kind: 'maybe' })],
    [
      'a decline for a reason that we do not know',
      json({ key: 'k/1', outcome: { kind: 'declined', code: 'moon', cardLabel: 'x' } }),
    ],
    ['absent, to a charge', json({ key: 'k/1', outcome: { kind: 'absent' } })],
    [
      'a body that ends too soon',
      (response) =>
        response.writeHead(200, { 'content-length': '999' }).write('{"key":') && response.destroy(),
    ],
    ['a line that is cut before any answer', (response) => response.destroy()],
    ['no HTTP at all', (response) => response.socket?.end('hello\r\n\r\n')],
  ])('%s', async (_, what) => {
    say = what
    expect(await gateway.charge(REQUEST)).toEqual({ kind: 'unknown', reason: expect.stringMatching(/./) })
    expect(asked).toHaveLength(1)
  })

  it('a look-up takes no error for "absent"', async () => {
    say = json({ key: 'k/1', outcome: { kind: 'absent' } }, 404)
    expect(await gateway.find('k/1')).toEqual({ kind: 'unknown', reason: 'the bank answered with 404' })
  })

  it.each([
    ['without its end', { charges: [] }],
    [
      'with a time that is none',
      {
        charges: [{ ref: 'c', key: 'k', amountMinor: '1', currency: 'EUR', refundedMinor: '0', at: 'soon' }],
        next: null,
      },
    ],
    ['of something else', { kind: 'page', charges: {}, next: null }],
  ])('a list %s', async (_, body) => {
    say = json(body)
    expect(await gateway.charges({ since: new Date(0), after: null, limit: 1 })).toMatchObject({
      kind: 'unknown',
    })
  })

  it.each<[string, () => Promise<string>, RegExp]>([
    ['N9 a refused connection', async () => `127.0.0.1:${await freePort()}`, /ECONNREFUSED/],
    ['N9 a name that nobody has', async () => 'bank.invalid', /ENOTFOUND|EAI_AGAIN|timeout/],
  ])('%s names its cause', async (_, away, cause) => {
    const outcome = await httpGateway({ url: `http://${await away()}`, timeoutMs: 2_000 }).charge(REQUEST)
    expect(outcome).toEqual({ kind: 'unknown', reason: expect.stringMatching(cause) })
  })

  it('F25 an answer that never ends is given up in time', async () => {
    say = (response) => void response.writeHead(200).write('{"key":')
    const before = performance.now()
    expect(await httpGateway({ url, timeoutMs: 200 }).charge(REQUEST)).toMatchObject({ kind: 'unknown' })
    expect(performance.now() - before).toBeLessThan(1_700)
  })
})

describe('the shopper’s answer to a challenge', () => {
  it('is carried to the bank', async () => {
    say = json({ answered: true })
    await httpChallenges({ url, timeoutMs: 2_000 }).answerChallenge('chl_1', true)
    expect(asked).toEqual([{ method: 'POST', url: '/challenges/chl_1', body: '{"passed":true}' }])
  })
})
