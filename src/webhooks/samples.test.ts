import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { childEnv } from '@/platform/env'
import { WebhookSender } from './send'
import { newSigningSecret, signedHeaders } from './signature'

/** The receivers of docs/webhooks.md, each against our own sender. */
const FOLDER = path.join(import.meta.dirname, '../../docs/webhooks')
const SAMPLES: Record<string, { version: string[]; start: (port: number) => string[] }> = {
  'receive.ts': {
    version: [process.execPath, '--version'],
    start: () => [process.execPath, '--import', 'tsx', 'receive.ts'],
  },
  'receive.py': { version: ['python3', '--version'], start: () => ['python3', 'receive.py'] },
  'receive.go': { version: ['go', 'version'], start: () => ['go', 'run', 'receive.go'] },
  'receive.php': {
    version: ['php', '--version'],
    start: (port) => ['php', '-S', `127.0.0.1:${port}`, 'receive.php'],
  },
  'receive.rb': { version: ['ruby', '--version'], start: () => ['ruby', 'receive.rb'] },
}

const runs = ([command = '', ...rest]: string[]) => spawnSync(command, rest).status === 0
const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const each of cleanUp.splice(0)) each()
})

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe.each(Object.entries(SAMPLES))('%s', (name, { version, start }) => {
  it.skipIf(!runs(version))(
    'takes what is genuine, once, and refuses all else',
    { timeout: 60_000 },
    async () => {
      const [secret, port] = [newSigningSecret(), await freePort()]
      const [command = '', ...rest] = start(port)
      const child = spawn(command, rest, {
        cwd: FOLDER,
        env: childEnv({ WEBHOOK_SECRET: secret, PORT: String(port) }),
        // A group of its own: what `go run` has started would outlive it.
        detached: true,
      })
      let printed = ''
      child.stdout.on('data', (chunk) => {
        printed += chunk
      })
      const sender = new WebhookSender({
        loopback: true,
        ownHost: 'pay.example.org',
        resolve: async () => [],
      })
      cleanUp.push(
        () => process.kill(-(child.pid as number)),
        () => sender.close(),
      )
      const body = '{"type":"payment.succeeded","timestamp":"2026-11-24T12:00:00.000Z","data":{"é":1}}'
      const send = async (headers: Record<string, string>, sent = body) =>
        (await sender.send({ url: `http://127.0.0.1:${port}/`, headers, body: sent })).status
      const now = new Date()
      const good = signedHeaders({ id: `evt_${name}`, at: now, body }, [newSigningSecret(), secret])
      await vi.waitFor(async () => expect(await send(good)).toBe(204), { timeout: 50_000, interval: 200 })
      expect(await send(good)).toBe(204)
      expect(await send(good, `${body} `)).toBe(400)
      expect(await send(signedHeaders({ id: 'evt_2', at: now, body }, [newSigningSecret()]))).toBe(400)
      for (const minutes of [-6, 6]) {
        const at = new Date(now.getTime() + minutes * 60_000)
        expect(await send(signedHeaders({ id: 'evt_3', at, body }, [secret]))).toBe(400)
      }
      for (const signature of ['', 'v1,', 'v1,é', 'v2,AAAA', 'x'])
        expect(await send({ ...good, 'webhook-signature': Buffer.from(signature).toString('latin1') })).toBe(
          400,
        )
      expect(await send({ 'webhook-id': 'evt_4' })).toBe(400)
      const lines = printed.split('\n').filter((line) => line.includes('payment.succeeded'))
      // PHP keeps nothing between two requests: its sample says where the id belongs.
      expect(new Set(lines)).toEqual(new Set([`evt_${name} payment.succeeded`]))
      if (name !== 'receive.php') expect(lines).toHaveLength(1)
    },
  )
})
