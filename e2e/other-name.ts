import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * The product under another name, by plain http: a proxy that says the configured origin for it. Without one a
 * page under another name is foreign to the product, which refuses what it sends.
 * @returns the address, and how to stop it
 */
export async function underOtherName(baseUrl: string, name: string): Promise<{ url: string; stop(): void }> {
  const { hostname, port, host, origin } = new URL(baseUrl)
  const proxy = http.createServer((request, response) => {
    const headers = { ...request.headers, host, ...(request.headers.origin ? { origin } : {}) }
    const { method, url: path } = request
    const onward = http.request({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const stop = () => {
    proxy.close()
    proxy.closeAllConnections()
  }
  return { url: `http://${name}:${(proxy.address() as AddressInfo).port}`, stop }
}
