import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { seedOnce } from '@/setup/seed'
import { openStage, type Stage } from '../stage'
import { Haproxy, portsFor, Server, type Setting } from './servers'

/** Web and worker processes on one external PostgreSQL, behind one proxy. */
export interface Installation {
  stage: Stage
  webs: Server[]
  workers: Server[]
  proxy: Haproxy
  setting: Setting
  apiKey: string
  operator: { email: string; password: string }
  /** Starts one more web process, which the proxy does not know yet. */
  addWeb(changes?: Partial<Setting>): Promise<Server>
}

const WORKERS = 2

/** @param folder of the built product that the processes begin with */
export async function openInstallation(webs: number, folder: string): Promise<Installation> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-scale-'))
  const stage = await openStage({ durable: true })
  try {
    const ports = await portsFor(webs)
    const secret = randomBytes(32).toString('base64')
    const baseUrl = `http://localhost:${ports.proxy}`
    const { operator, apiKey } = await seedOnce({
      databaseUrl: stage.logins.app,
      secret,
      baseUrl,
      dataDir: home,
    })
    const setting = {
      logins: stage.logins,
      proxyPort: ports.proxy,
      secret,
      home,
      folder,
      ratePerMinute: 1_000_000,
    }
    const start = async (name: 'web' | 'worker', port: number, changes: Partial<Setting> = {}) => {
      const server = await Server.start(name, port, { ...setting, ...changes })
      stage.onClose(() => server.stop())
      return server
    }
    const installation = {
      stage,
      webs: [] as Server[],
      workers: [] as Server[],
      proxy: new Haproxy(ports.proxy, home),
      setting,
      apiKey,
      operator,
      addWeb: async (changes?: Partial<Setting>) => start('web', (await portsFor(1)).proxy, changes),
    }
    for (const port of ports.webs) installation.webs.push(await start('web', port))
    for (let worker = 0; worker < WORKERS; worker++) installation.workers.push(await start('worker', worker))
    stage.onClose(() => installation.proxy.stop())
    return installation
  } catch (error) {
    await stage.close()
    throw error
  }
}
