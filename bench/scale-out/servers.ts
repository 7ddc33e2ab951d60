import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { childEnv } from '@/platform/env'
import type { ProductUrls } from '@/setup/postgres/logins'
import { until } from '@/setup/process/console'
import { freePort } from '@/setup/process/port'
import { hasEnded } from '@/setup/process/process-id'
import { inRoot } from '@/setup/process/project-root'
import { ask } from './http'

/** 60 s until a process serves, on a machine that other programs share. */
const START_MS = 60_000
const HOST = '127.0.0.1'

/** What all processes of the installation share. */
export interface Setting {
  logins: ProductUrls
  /** Port of the proxy: the address that clients know. */
  proxyPort: number
  secret: string
  /** Folder of the logs. */
  home: string
  /** Folder of the built product that a process begins with. */
  folder: string
  /** Requests of an API key in a minute. */
  ratePerMinute: number
}

/** A process of the built product, as a process manager runs it. */
export class Server {
  private child: ChildProcess

  private constructor(
    readonly name: 'web' | 'worker',
    /** Of a worker 0. */
    readonly port: number,
    private readonly setting: Setting,
  ) {
    this.child = this.spawn(setting.folder)
  }

  static async start(name: 'web' | 'worker', port: number, setting: Setting): Promise<Server> {
    const server = new Server(name, port, setting)
    await server.ready()
    return server
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /**
   * Stops it as a deployment does, and starts it again. @param folder of the built product that it goes on with
   * @returns how long it took to end, in ms @throws Error when it ended with another code than 0
   */
  async restart(folder = this.setting.folder): Promise<number> {
    const began = performance.now()
    await this.stop()
    const ms = performance.now() - began
    this.child = this.spawn(folder)
    await this.ready()
    return ms
  }

  /** @throws Error when it ended with another code than 0 */
  async stop(): Promise<void> {
    if (hasEnded(this.child)) return
    const ended = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    const [code] = (await ended) as [number | null]
    if (code !== 0)
      throw new Error(`the ${this.name} process ended with ${code}; its log is in ${this.setting.home}`)
  }

  private spawn(folder: string): ChildProcess {
    const { logins, proxyPort, secret, home, ratePerMinute } = this.setting
    const log = fs.openSync(path.join(home, `${this.name}-${this.port}.log`), 'a')
    const env = childEnv({
      NODE_ENV: 'production',
      DATABASE_URL: logins.app,
      PAYONCE_BANK_DATABASE_URL: logins.bank,
      PAYONCE_SECRET: secret,
      PAYONCE_BASE_URL: `http://localhost:${proxyPort}`,
      PAYONCE_TRUSTED_HOPS: '1',
      PAYONCE_RATE_PER_MINUTE: String(ratePerMinute),
      // All share one machine, maybe with other programs: who waits for a connection waits longer than in production.
      PAYONCE_POOL_WAIT_MS: '30000',
      PAYONCE_SHOPPER_RATE_PER_MINUTE: '1000000',
      PORT: String(this.port),
      LOG_LEVEL: 'warn',
    })
    const file = path.join(folder, `dist/${this.name === 'web' ? 'main' : 'worker'}.js`)
    const child = spawn(process.execPath, [file], { cwd: folder, env, stdio: ['ignore', log, log] })
    fs.closeSync(log)
    return child
  }

  private async ready(): Promise<void> {
    if (this.name === 'worker') return
    const answers = () =>
      hasEnded(this.child) ||
      ask({ port: this.port, path: '/api/ready' }).then(
        ({ status }) => status === 200,
        () => false,
      )
    const inTime = await until(answers, START_MS, 50)
    if (!inTime || hasEnded(this.child))
      throw new Error(`web does not start; its log is in ${this.setting.home}`)
  }
}

/** haproxy with docs/deploy/haproxy.cfg, of which only the ports are changed. */
export class Haproxy {
  private child: ChildProcess | null = null

  constructor(
    readonly port: number,
    private readonly home: string,
  ) {}

  /** Puts these web processes behind it; without a check of their own they get requests after the first one. */
  async serve(webs: readonly Server[]): Promise<void> {
    await this.stop()
    const file = path.join(this.home, 'haproxy.cfg')
    fs.writeFileSync(
      file,
      sampleWith(
        this.port,
        webs.map(({ port }) => port),
      ),
    )
    const log = fs.openSync(path.join(this.home, 'haproxy.log'), 'a')
    const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', log, log] })
    fs.closeSync(log)
    this.child = child
    const started = new Promise<void>((resolve, reject) => {
      child.once('error', () => reject(new Error('haproxy is not installed: apt-get install haproxy')))
      child.once('spawn', resolve)
    })
    await started
    const serves = () =>
      ask({ port: this.port, path: '/api/ready' }).then(
        ({ status }) => status === 200,
        () => false,
      )
    if (!(await until(serves, START_MS, 50)))
      throw new Error(`haproxy does not serve; its log is in ${this.home}`)
  }

  async stop(): Promise<void> {
    const child = this.child
    this.child = null
    if (!child || hasEnded(child)) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
}

function sampleWith(port: number, webs: readonly number[]): string {
  const sample = fs.readFileSync(inRoot('docs/deploy/haproxy.cfg'), 'utf8')
  const servers = webs.map((web, index) => `  server web${index + 1} ${HOST}:${web}`).join('\n')
  return sample
    .replace(`bind ${HOST}:8080`, `bind ${HOST}:${port}`)
    .replace(/^ {2}server web1 [\s\S]*$/m, `${servers}\n`)
}

/** The ports that an installation needs. */
export async function portsFor(webs: number): Promise<{ proxy: number; webs: number[] }> {
  const found = new Set<number>()
  while (found.size <= webs) found.add(await freePort())
  const [proxy = 0, ...others] = found
  return { proxy, webs: others }
}
