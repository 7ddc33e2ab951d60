import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openStage, type Stage } from '../stage'
import { Haproxy, portsFor, Server, type Setting } from './servers'
import { command, type Version } from './version'

/** Web and worker processes on one external PostgreSQL, behind one proxy. */
export interface Installation {
  stage: Stage
  webs: Server[]
  workers: Server[]
  proxy: Haproxy
  setting: Setting
  apiKey: string
  operator: { email: string; password: string }
  /** Brings the tables to this version, as the owner. @returns what the command printed */
  migrateTo(version: Version): Promise<string>
  /** Starts one more web process, which the proxy does not know yet. */
  addWeb(changes?: Partial<Setting>): Promise<Server>
}

const WORKERS = 2

/** @param version which makes the tables, and which the processes begin with */
export async function openInstallation(webs: number, version: Version): Promise<Installation> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-scale-'))
  const migrateTo = (to: Version, ownerUrl: string) =>
    command(to, 'migrate', { PAYONCE_OWNER_DATABASE_URL: ownerUrl, PAYONCE_DATA_DIR: home })
  const stage = await openStage({ durable: true, prepare: (ownerUrl) => migrateTo(version, ownerUrl) })
  try {
    const ports = await portsFor(webs)
    const secret = randomBytes(32).toString('base64')
    const baseUrl = `http://localhost:${ports.proxy}`
    const printed = await command(version, 'seed', {
      DATABASE_URL: stage.logins.app,
      PAYONCE_SECRET: secret,
      PAYONCE_BASE_URL: baseUrl,
      PAYONCE_DATA_DIR: home,
    })
    const setting = {
      logins: stage.logins,
      proxyPort: ports.proxy,
      secret,
      home,
      folder: version.folder,
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
      ...keysIn(printed),
      migrateTo: (to: Version) => migrateTo(to, stage.ownerUrl),
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

/** What `npm run seed` tells a person. */
function keysIn(printed: string): Pick<Installation, 'apiKey' | 'operator'> {
  const [, email, password, apiKey] = /Sign in as (\S+) with (.+); API key (\S+)/.exec(printed) ?? []
  if (!email || !password || !apiKey) throw new Error(`npm run seed printed no API key: ${printed}`)
  return { apiKey, operator: { email, password } }
}
