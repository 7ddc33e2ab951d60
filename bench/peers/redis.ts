import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { until } from '@/setup/process/console'
import { freePort } from '@/setup/process/port'

export interface Redis {
  url: string
  stop(): Promise<void>
}

/**
 * Starts a Redis of the bench's own, with the append-only file that is synced each second: at a crash it loses the last second.
 * @returns null where `redis-server` is not on this machine
 */
export async function startRedis(): Promise<Redis | null> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-redis-'))
  const port = await freePort()
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder]
  const durable = ['--appendonly', 'yes', '--appendfsync', 'everysec']
  const server = spawn('redis-server', [...settings, ...durable], { stdio: 'ignore' })
  const gone = once(server, 'exit').catch(() => undefined)
  const stop = async () => {
    if (server.pid !== undefined) {
      server.kill()
      await gone
    }
    fs.rmSync(folder, { recursive: true, force: true })
  }
  if (server.pid !== undefined && (await until(() => answers(port), 10_000)))
    return { url: `redis://127.0.0.1:${port}`, stop }
  await stop()
  return null
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => socket.write('PING\r\n'))
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')))
    socket.once('error', () => end(false))
  })
}
