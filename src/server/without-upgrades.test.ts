import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import next from 'next'
import { afterEach, expect, test } from 'vitest'
import { WITHOUT_UPGRADES } from './without-upgrades'

let server: http.Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** What a client gets who asks for another protocol, after Next has set itself up with a request before it. */
async function answerToUpgrade(options: object): Promise<string> {
  const pages = next({ dev: false, ...options })
  // Next listens for upgrades before it reads its build, which this test does without.
  const handle = pages.getRequestHandler()
  server = http.createServer((request, response) => {
    void handle(request, response).catch(() => undefined)
    response.end('answered')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await (await fetch(`http://127.0.0.1:${port}/`)).text()
  const socket = net.connect(port, '127.0.0.1')
  socket.write(
    'GET /_next/webpack-hmr HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  const [first] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [''])])
  socket.destroy()
  return String(first)
}

test('a request that asks for another protocol is answered as any other, and no socket is kept by Next', async () => {
  expect(await answerToUpgrade(WITHOUT_UPGRADES)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*answered/)
  expect(server.listenerCount('upgrade')).toBe(0)
})
