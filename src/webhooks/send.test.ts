import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it, test } from 'vitest'
import { decide, WAITS_MS } from './schedule'
import { readRetryAfter, WebhookSender } from './send'
import { newSigningSecret, signedHeaders } from './signature'
import { Slots } from './slots'

const open: { close(): void }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

async function serve(handler: http.RequestListener) {
  const server = http.createServer(handler)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push({
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  return (server.address() as AddressInfo).port
}

function newSender(changes: Partial<ConstructorParameters<typeof WebhookSender>[0]> = {}) {
  const sender = new WebhookSender({
    loopback: true,
    ownHost: 'pay.example.org',
    resolve: async () => [],
    deadlineMs: 1_500,
    ...changes,
  })
  open.push(sender)
  return (url: string) => sender.send({ url, headers: { 'webhook-id': 'evt_1' }, body: '{"é":1}' })
}

describe('a request', () => {
  it('is a POST of these bytes; the beginning of the answer is kept, without what nobody may see', async () => {
    const seen: string[] = []
    const port = await serve((request, response) => {
      request.on('data', (chunk) =>
        seen.push(`${request.method} ${request.headers['content-type']} ${chunk}`),
      )
      response
        .writeHead(201)
        .end(`ok\0 ${request.url === '/card' ? '4242 4242 4242 4242' : 'x'.repeat(50_000)}`)
    })
    const send = newSender()
    const answer = await send(`http://127.0.0.1:${port}/`)
    expect(seen).toEqual(['POST application/json {"é":1}'])
    expect(answer).toMatchObject({ status: 201, text: expect.stringMatching(/^ok {2}x+$/) })
    expect('text' in answer && answer.text.length).toBe(1_000)
    expect(await send(`http://127.0.0.1:${port}/card`)).toMatchObject({
      text: '[removed: it holds a card number]',
    })
  })

  it('follows no redirect', async () => {
    let calls = 0
    const port = await serve((_, response) => {
      calls += 1
      response.writeHead(307, { location: '/again' }).end()
    })
    expect(await newSender()(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 307 })
    expect(calls).toBe(1)
  })

  it('has one deadline, however slowly bytes come; a status that came counts', async () => {
    const trickling = net.createServer((socket) => {
      const timer = setInterval(() => socket.write('X-A: b\r\n'), 100)
      socket.on('close', () => clearInterval(timer)).on('error', () => undefined)
      socket.write('HTTP/1.1 200 OK\r\n')
    })
    trickling.listen(0, '127.0.0.1')
    await once(trickling, 'listening')
    open.push(trickling)
    const send = newSender()
    const { port } = trickling.address() as AddressInfo
    expect(await send(`http://127.0.0.1:${port}/`)).toEqual({ status: null, error: 'No answer in time.' })
    const endless = await serve((_, response) => void response.writeHead(200).write('begun'))
    expect(await send(`http://127.0.0.1:${endless}/`)).toMatchObject({ status: 200, text: 'begun' })
  })

  it('ends also where the receiver wants to speak another protocol', async () => {
    const upgrading = net.createServer((socket) => {
      socket.on('error', () => undefined)
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
    })
    upgrading.listen(0, '127.0.0.1')
    await once(upgrading, 'listening')
    open.push(upgrading)
    const { port } = upgrading.address() as AddressInfo
    expect(await newSender()(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 101 })
  })

  it('to a kept connection that the receiver has closed is sent over a new one', async () => {
    let calls = 0
    const port = await serve((request, response) => {
      calls += 1
      if (calls === 2) request.socket.resetAndDestroy()
      else response.end('ok')
    })
    const send = newSender()
    expect(await send(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200 })
    expect(await send(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200 })
    expect(calls).toBe(3)
  })

  it('connects to the address that was checked, and asks for it once: a name that changes in between gains nothing', async () => {
    const port = await serve((_, response) => response.end('an inner service'))
    const answers = [['93.184.215.14'], ['127.0.0.1']]
    let lookups = 0
    const send = newSender({ loopback: false, resolve: async () => answers[lookups++] ?? [] })
    expect(await send('https://rebind.example.org:8443/')).toMatchObject({ status: null })
    expect(lookups).toBe(1)
    expect(await send('https://rebind.example.org:8443/')).toEqual({
      status: null,
      error: 'The host is not one of the public internet.',
    })
    expect(await send(`http://127.0.0.1:${port}/`)).toEqual({ status: null, error: 'Only https is allowed.' })
    expect(await send('https://127.0.0.1/')).toMatchObject({
      error: 'This address is private or reserved. Use a host of the public internet.',
    })
    expect(await send('https://[::ffff:7f00:1]/')).toMatchObject({
      error: 'This address is private or reserved. Use a host of the public internet.',
    })
  })
})

test('Retry-After is seconds or a date, a day at most', () => {
  const now = Date.parse('2026-11-24T12:00:00Z')
  const cases: [string | undefined, number | null][] = [
    ['0', 0],
    ['120', 120_000],
    ['999999999', 86_400_000],
    ['Tue, 24 Nov 2026 12:01:00 GMT', 60_000],
    ['Tue, 24 Nov 2026 11:59:00 GMT', null],
    ['-5', null],
    ['soon', null],
    ['', null],
    [undefined, null],
  ]
  for (const [header, ms] of cases) expect([header, readRetryAfter(header, now)]).toEqual([header, ms])
})

test('the waits grow, with up to a tenth more by chance, and end after ten attempts', () => {
  const refused = { status: 500, retryAfterMs: null, text: '' }
  for (const [at, wait] of WAITS_MS.entries()) {
    expect(decide(refused, at + 1, 0)).toMatchObject({ state: 'pending', waitMs: wait, throttleMs: 0 })
    expect(decide(refused, at + 1, 1).waitMs).toBeCloseTo(wait * 1.1)
  }
  expect(decide(refused, 10, 0)).toMatchObject({ state: 'failed', waitMs: 0 })
  expect(decide({ status: null, error: '' }, 10, 0).state).toBe('failed')
  expect(decide({ ...refused, retryAfterMs: 1_000 }, 2, 0)).toMatchObject({
    waitMs: WAITS_MS[1],
    throttleMs: 1_000,
  })
})

describe('a signature', () => {
  const message = { id: 'evt_1', at: new Date(), body: '{"type":"webhook.test","data":{"é":"\u2028"}}' }

  it('is what the library of Standard Webhooks makes and verifies', () => {
    const secret = newSigningSecret()
    const headers = signedHeaders(message, [secret])
    expect(headers['webhook-signature']).toBe(new Webhook(secret).sign(message.id, message.at, message.body))
    new Webhook(secret).verify(message.body, headers)
    expect(() => new Webhook(newSigningSecret()).verify(message.body, headers)).toThrow()
    expect(() => new Webhook(secret).verify(message.body, { ...headers, 'webhook-id': 'evt_2' })).toThrow()
  })

  it('is this one for these bytes', () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    const at = new Date(1_764_000_000_000)
    const expected = createHmac('sha256', Buffer.alloc(32, 7)).update('evt_1.1764000000.{}').digest('base64')
    expect(signedHeaders({ id: 'evt_1', at, body: '{}' }, [secret])).toEqual({
      'webhook-id': 'evt_1',
      'webhook-timestamp': '1764000000',
      'webhook-signature': `v1,${expected}`,
    })
  })

  it('is one for each secret, the new one first; each secret has 32 bytes of its own', () => {
    const [one, two] = [newSigningSecret(), newSigningSecret()]
    expect(one).not.toBe(two)
    expect(Buffer.from(one.slice(6), 'base64')).toHaveLength(32)
    const headers = signedHeaders(message, [one, two])
    for (const secret of [one, two]) new Webhook(secret).verify(message.body, headers)
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2)
  })
})

test('an endpoint gets more places with each success, and one after a failure', () => {
  const slots = new Slots()
  expect(slots.room()).toMatchObject({ otherwise: 4, total: 256 })
  const done = [slots.take('a'), slots.take('a')]
  expect(slots.room()).toMatchObject({ byEndpoint: new Map([['a', 2]]), total: 254 })
  for (const each of done) each(true)
  expect(slots.room().byEndpoint.get('a')).toBe(16)
  for (let count = 0; count < 3; count++) slots.take('a')(true)
  expect(slots.room().byEndpoint.get('a')).toBe(64)
  slots.take('a')(false)
  expect(slots.room()).toMatchObject({ byEndpoint: new Map([['a', 1]]), total: 256 })
})
