import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import { afterEach, expect, it } from 'vitest'
import { listen, stopListening } from './listen'

const servers: http.Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await stopListening(server)
  }
})

const addresses = Object.values(os.networkInterfaces()).flatMap((list) => list ?? [])
const hasIpv6 = addresses.some(({ address }) => address === '::1')
/** An address of this machine that others can reach; a sealed test machine may have none. */
const outer = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address

async function open(HOST: string, PORT = 0): Promise<number> {
  const server = http.createServer((request, response) => response.end(`${request.socket.remoteAddress}`))
  servers.push(server)
  await listen(server, { HOST, PORT })
  return (server.address() as net.AddressInfo).port
}

/** Whether a connection is taken. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 2_000 })
    for (const event of ['error', 'timeout'] as const) socket.once(event, () => done(false))
    socket.once('connect', () => done(true))
    function done(taken: boolean): void {
      socket.destroy()
      resolve(taken)
    }
  })
}

it('waits for a port that its last server leaves when it is asked, and listens then', async () => {
  const port = await open('127.0.0.1')
  const [last] = servers as [http.Server]
  const next = http.createServer((_, response) => response.end('next'))
  let asked = 0
  await listen(next, { HOST: '127.0.0.1', PORT: port }, async () => {
    asked += 1
    setTimeout(() => last.close(), 50)
  })
  servers.push(next)
  expect(asked).toBe(1)
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('next')
})

it('refuses a port in use where nobody can be asked to leave', async () => {
  const port = await open('127.0.0.1')
  await expect(open('127.0.0.1', port)).rejects.toThrow('EADDRINUSE')
})

it('listens on both addresses of localhost', async () => {
  const port = await open('localhost')
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('127.0.0.1')
  expect(await (await fetch(`http://localhost:${port}`)).text()).toMatch(/^(127\.0\.0\.1|::1)$/)
  if (hasIpv6) expect(await (await fetch(`http://[::1]:${port}`)).text()).toBe('::1')
})

it.skipIf(!outer)('is not reachable at an outer address, unless that is asked for', async () => {
  expect(await answers(outer as string, await open('localhost'))).toBe(false)
  expect(await answers(outer as string, await open('127.0.0.1'))).toBe(false)
  expect(await answers(outer as string, await open('0.0.0.0'))).toBe(true)
})

it.skipIf(!hasIpv6)('refuses a port that another program has on the second address', async () => {
  const other = net.createServer().listen(0, '::1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as net.AddressInfo
  await expect(open('localhost', port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  other.close()
  expect(await answers('127.0.0.1', port)).toBe(false)
})

it.skipIf(!hasIpv6)(
  'keeps the limits of the server on the second address, and waits for its requests',
  async () => {
    const server = http.createServer({ maxHeaderSize: 1_024 })
    servers.push(server)
    let answer = () => undefined as unknown
    server.on('request', (_, response) => {
      answer = () => response.end('done')
      server.emit('began')
    })
    await listen(server, { HOST: 'localhost', PORT: 0 })
    const url = `http://[::1]:${(server.address() as net.AddressInfo).port}`
    expect((await fetch(url, { headers: { long: 'x'.repeat(2_000) } })).status).toBe(431)

    const began = new Promise((resolve) => server.once('began', resolve))
    const slow = fetch(url, { headers: { connection: 'close' } }).then((response) => response.text())
    await began
    const order: string[] = []
    const stopped = stopListening(server).then(() => order.push('stopped'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    order.push('answered')
    answer()
    expect(await slow).toBe('done')
    await stopped
    expect(order).toEqual(['answered', 'stopped'])
  },
)
