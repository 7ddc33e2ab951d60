import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { Wire } from './wire'

const servers: net.Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function listen(server: net.Server): Promise<URL> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/pay`)
}

const wire = (limits: Partial<ConstructorParameters<typeof Wire>[0]> = {}) =>
  new Wire({ timeoutMs: 2_000, requestsMax: 50, totalMs: 10_000, ...limits })
const ask = (url: URL, headers: Record<string, string | string[]> = {}, body = '{"a":1}') => ({
  url,
  method: 'POST' as const,
  headers,
  body,
})

function echo(onRequest: (request: http.IncomingMessage, body: string) => void = () => undefined) {
  return http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      onRequest(request, body)
      response.writeHead(201, { 'X-Two': ['a', 'b'] }).end(body)
    })
  })
}

test('sends a request as it is: a header with two values on two lines', async () => {
  let lines: string[] = []
  const url = await listen(
    echo(({ rawHeaders }) => {
      lines = rawHeaders
    }),
  )
  const answer = await wire().send(ask(url, { 'idempotency-key': ['"a"', '"b"'], 'x-tab': 'a\tb é' }))
  expect(answer).toMatchObject({ kind: 'answer', status: 201, body: '{"a":1}', headers: { 'x-two': 'a, b' } })
  expect(lines.filter((line) => line === 'idempotency-key')).toHaveLength(2)
  expect(lines).toContain('a\tb é')
})

test('an answer without a length ends with the connection', async () => {
  const url = await listen(
    net.createServer((socket) => socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nabc'))),
  )
  expect(await wire().send(ask(url))).toMatchObject({ kind: 'answer', status: 200, body: 'abc' })
})

describe('what is no answer', () => {
  test.each<[string, (socket: net.Socket) => void, RegExp]>([
    ['a server that hangs up', (socket) => socket.destroy(), /ECONNRESET|closed/],
    ['one that never answers', () => undefined, /nothing for 300 ms/],
    [
      'one that stops half-way',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'),
      /closed half-way|ECONNRESET|aborted/,
    ],
    [
      'one that never ends',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'),
      /nothing for 300 ms|ECONNRESET|half-way/,
    ],
    ['one that speaks something else', (socket) => socket.end('HELO\r\n\r\n'), /HPE_/],
    [
      'one that talks for ever',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1_100_000)}`),
      /larger than 1 MiB|half-way/,
    ],
  ])('%s', async (_, behave, reason) => {
    const sockets: net.Socket[] = []
    const url = await listen(
      net.createServer((socket) => {
        sockets.push(socket.on('error', () => undefined))
        socket.once('data', () => behave(socket))
      }),
    )
    expect(await wire({ timeoutMs: 300 }).send(ask(url))).toEqual({
      kind: 'none',
      reason: expect.stringMatching(reason),
    })
    for (const socket of sockets) socket.destroy()
  })

  test('a port without a server', async () => {
    expect(await wire().send(ask(new URL('http://127.0.0.1:1/')))).toEqual({
      kind: 'none',
      reason: 'ECONNREFUSED',
    })
  })
})

// Again if it fails: the last connection may wait to be accepted while a body that is whole is read, which says nothing of the sender.
test('requests together: no body is whole before every connection has all but the last byte', {
  retry: 3,
}, async () => {
  const came: string[] = []
  const server = echo(() => came.push('whole'))
  server.on('connection', () => came.push('connection'))
  const url = await listen(server)
  const answers = await wire().sendTogether(Array.from({ length: 8 }, () => ask(url)))
  expect(answers.map((answer) => answer.kind === 'answer' && answer.body)).toEqual(Array(8).fill('{"a":1}'))
  expect(came).toEqual([...Array(8).fill('connection'), ...Array(8).fill('whole')])
})

test.each(['', 'x'])('together with a body of %j', async (body) => {
  const url = await listen(echo())
  expect(await wire().sendTogether([ask(url, {}, body), ask(url, {}, body)])).toMatchObject([
    { status: 201, body },
    { status: 201, body },
  ])
})

test('together, at a port without a server: each gets the error', async () => {
  const url = new URL('http://127.0.0.1:1/')
  expect(await wire().sendTogether([ask(url), ask(url)])).toMatchObject([
    { reason: 'ECONNREFUSED' },
    { reason: 'ECONNREFUSED' },
  ])
})

test('hanging up: the server has the whole request, we have no answer', async () => {
  let got = ''
  let gone = false
  const server = http.createServer((request, response) => {
    request.on('data', (chunk) => {
      got += chunk
    })
    response.on('close', () => {
      gone = true
    })
  })
  const exchange = await wire().sendAndHangUp(ask(await listen(server)), 20)
  expect(exchange).toEqual({ kind: 'none', reason: 'we hung up' })
  await pause(50)
  expect([got, gone]).toEqual(['{"a":1}', true])
})

test('hanging up too late: the answer counts', async () => {
  expect(await wire().sendAndHangUp(ask(await listen(echo())), 300)).toMatchObject({
    kind: 'answer',
    status: 201,
  })
})

describe('limits', () => {
  test('so many requests, however they are sent', async () => {
    const url = await listen(echo())
    const limited = wire({ requestsMax: 3 })
    await limited.send(ask(url))
    const kinds = (await limited.sendTogether([ask(url), ask(url), ask(url)])).map(({ kind }) => kind)
    expect(kinds).toEqual(['answer', 'answer', 'none'])
    expect(await limited.send(ask(url))).toEqual({
      kind: 'none',
      reason: 'the limit of 3 requests is reached',
    })
    expect(await limited.sendAndHangUp(ask(url), 0)).toMatchObject({ kind: 'none' })
    expect(limited.sent).toBe(3)
  })

  test('so much time', async () => {
    const limited = wire({ totalMs: 0 })
    await pause(2)
    expect(await limited.send(ask(new URL('http://127.0.0.1:1/')))).toEqual({
      kind: 'none',
      reason: 'the limit of 0 s is reached',
    })
  })
})
