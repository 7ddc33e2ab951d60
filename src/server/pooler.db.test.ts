import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childEnv, readEnv } from '@/platform/env'
import { RefusedConnection, refuseWrongConnections } from '@/platform/least-rights'
import { postgresUser } from '@/setup/postgres/user'
import { until } from '@/setup/process/console'
import { freePort } from '@/setup/process/port'
import { hasEnded } from '@/setup/process/process-id'
import { createApi } from './api'
import { buildDeps, type Deps } from './deps'
import { openTestProduct, payReply, type TestProduct } from './testing/product'

/** Behind PgBouncer in transaction mode (`apt install pgbouncer`; docs/operations.md). Without the program: skipped. */
const PROGRAM = '/usr/sbin/pgbouncer'
const CONNECTIONS = 4

describe.skipIf(!fs.existsSync(PROGRAM))('behind PgBouncer in transaction mode', () => {
  let product: TestProduct
  let pooler: { url(direct: string): string; reconnect(): Promise<void>; stop(): Promise<void> }
  let env: Record<string, string | undefined>

  beforeAll(async () => {
    product = await openTestProduct()
    const { DATABASE_URL, PAYONCE_BANK_DATABASE_URL, ...others } = product.deps.env
    pooler = await startPooler([DATABASE_URL, PAYONCE_BANK_DATABASE_URL ?? ''])
    env = {
      DATABASE_URL: pooler.url(DATABASE_URL),
      PAYONCE_BANK_DATABASE_URL: pooler.url(PAYONCE_BANK_DATABASE_URL ?? ''),
      PAYONCE_SECRET: others.PAYONCE_SECRET,
      LOG_LEVEL: 'silent',
      PAYONCE_POOL_WAIT_MS: '30000',
      PAYONCE_RATE_PER_MINUTE: '1000000',
      PAYONCE_SHOPPER_RATE_PER_MINUTE: '1000000',
    }
  })
  afterAll(async () => {
    await pooler.stop()
    await product.close()
  })

  const open = async (work: (deps: Deps) => Promise<void>) => {
    const deps = buildDeps(readEnv(env))
    try {
      await work(deps)
    } finally {
      await deps.close()
    }
  }

  it('F5 a login without the settings of its sessions is refused, with the SQL that gives them; with them it pays, once per key', async () => {
    let refusal = ''
    await open(({ pool, bankPool }) =>
      expect(
        refuseWrongConnections(pool, bankPool).catch((error) => {
          refusal = error.message
          throw error
        }),
      ).rejects.toThrow(RefusedConnection),
    )
    const statements = refusal.match(/ALTER ROLE \w+ SET .*;/g) ?? []
    // Three limits for each of two logins: this server is on UTC and read committed by itself.
    expect(statements).toHaveLength(6)
    // For this database only: other tests use the same logins.
    const database = new URL(product.deps.env.DATABASE_URL).pathname.slice(1)
    for (const statement of statements)
      await product.owner.query(statement.replace(' SET ', ` IN DATABASE ${database} SET `))
    await pooler.reconnect()

    await open(async (deps) => {
      await refuseWrongConnections(deps.pool, deps.bankPool)
      await deps.ready
      const app = createApi(deps)
      const press = async (order: string) =>
        payReply(
          await app.fetch(
            new Request('http://localhost:3000/api/trpc/checkout.pay', {
              method: 'POST',
              headers: { 'content-type': 'application/json', cookie: await product.cookie() },
              body: JSON.stringify({
                key: `key-${order}`,
                orderId: order,
                version: 1,
                paymentMethod: 'pm_card_visa',
              }),
            }),
          ),
        )
      expect((await app.fetch(new Request('http://localhost:3000/api/ready'))).status).toBe(200)
      // More presses at once than connections, and often enough that a statement would get a name.
      for (let round = 0; round < 5; round++) {
        const orders = await Promise.all(Array.from({ length: 12 }, () => product.newOrder()))
        const replies = await Promise.all(orders.map(press))
        expect(replies.map(({ status }) => status)).toEqual(Array(12).fill(200))
      }
      expect(await product.count('charges')).toBe(60)
      expect(await product.count('captures', "kind = 'capture'")).toBe(60)
    })
  })

  it('the worker wants PostgreSQL itself, and says so', async () => {
    const worker = spawn(process.execPath, ['--import', 'tsx', 'src/server/worker.ts'], {
      env: childEnv({ ...env, NODE_ENV: 'test', LOG_LEVEL: 'fatal' }),
    })
    let output = ''
    worker.stdout.on('data', (chunk) => (output += chunk))
    const [code] = await once(worker, 'exit')
    expect([code, output]).toEqual([1, expect.stringContaining('without pgbouncer=true')])
  })
})

/** A PgBouncer before the server of these URLs, whose users it knows. */
async function startPooler(urls: string[]) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-pooler-'))
  const { uid = process.getuid?.() ?? 0, gid = process.getgid?.() ?? 0 } = postgresUser().ids
  const port = await freePort()
  const users = urls.map((url) => new URL(url)).map(({ username, password }) => `"${username}" "${password}"`)
  const write = (name: string, lines: string[]) => {
    fs.writeFileSync(path.join(home, name), `${lines.join('\n')}\n`)
    fs.chownSync(path.join(home, name), uid, gid)
  }
  write('users', users)
  write('ini', [
    '[databases]',
    `* = host=127.0.0.1 port=${new URL(urls[0] ?? '').port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = plain',
    `auth_file = ${path.join(home, 'users')}`,
    'pool_mode = transaction',
    `default_pool_size = ${CONNECTIONS}`,
    'max_client_conn = 200',
    `logfile = ${path.join(home, 'log')}`,
  ])
  fs.chownSync(home, uid, gid)
  let child: ChildProcess
  const start = async () => {
    child = spawn(PROGRAM, [path.join(home, 'ini')], { uid, gid, stdio: 'ignore' })
    const up = await until(async () => hasEnded(child) || (await answers(port)), 10_000, 50)
    if (!up || hasEnded(child)) throw new Error(fs.readFileSync(path.join(home, 'log'), 'utf8'))
  }
  const end = async () => {
    const ended = once(child, 'exit')
    child.kill('SIGQUIT')
    await ended
  }
  await start()
  return {
    url: (direct: string) => {
      const url = new URL(direct)
      url.port = String(port)
      url.searchParams.set('pgbouncer', 'true')
      return url.href
    },
    reconnect: async () => {
      await end()
      await start()
    },
    stop: async () => {
      await end()
      fs.rmSync(home, { recursive: true, force: true })
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.end(() => resolve(true)))
    socket.once('error', () => resolve(false))
  })
}
