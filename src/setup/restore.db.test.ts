import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childEnv } from '@/platform/env'
import { openTestProduct, type TestProduct } from '@/server/testing/product'
import { onConnection } from '@/setup/schema/schema-engine'
import { type LabBank, startLabBank } from '../../lab/bank/server'
import { openProxy, type TcpProxy } from '../../lab/chaos/tcp-proxy'
import { type Database, startDatabase } from './postgres/keeper'
import { prepareLogins } from './postgres/logins'
import { freePort } from './process/port'
import { migrate } from './schema/migrate'
import { check } from './verify'

/** D20: the commands of docs/operations.md, as they stand there. Without `psql` (`apt install postgresql-client`): skipped. */
const hasPsql = spawnSync('psql', ['--version']).status === 0
/** 180 s: three servers are started, maybe on a busy machine. */
const PATIENCE_MS = 180_000
const SETTINGS = { fsync: 'off', max_connections: '200' }

/** The blocks of shell under the heading, in their order. */
function commandsOf(heading: string): string[] {
  const page = fs.readFileSync('docs/operations.md', 'utf8')
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, commands]) => commands ?? '')
}

describe.skipIf(!hasPsql)('a restore to a moment', () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-restore-'))
  const [first, second, backup] = ['first', 'second', 'backup'].map((name) => path.join(home, name)) as [
    string,
    string,
    string,
  ]
  const dataOf = (folder: string) => path.join(folder, 'postgres', 'data')
  let database: Database
  let address: TcpProxy
  let product: TestProduct
  let bank: LabBank
  const [archive, base, restore] = commandsOf('Backup and restore') as [string, string, string]

  const urlOf = (serving: Database) => {
    const url = new URL(serving.url)
    url.port = String(address.port)
    return url.href
  }
  function shell(commands: string, until = ''): void {
    const env = childEnv({
      ADMIN_URL: database.url,
      DATA: dataOf(first),
      RESTORED: dataOf(second),
      BACKUP: backup,
      UNTIL: until,
    })
    const { status, stderr } = spawnSync('bash', ['-euc', commands], {
      env,
      encoding: 'utf8',
    })
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  }
  /** Under root, PostgreSQL runs as another user, whom its data folder belongs to. */
  const giveToServer = (where: string) => {
    const { uid, gid } = fs.statSync(dataOf(first))
    expect(spawnSync('chown', ['-R', `${uid}:${gid}`, where]).status).toBe(0)
  }

  beforeAll(async () => {
    fs.chmodSync(home, 0o711)
    database = await startDatabase({ dataDir: first, settings: SETTINGS })
    address = await openProxy(database.port)
    shell(archive)
    giveToServer(backup)
    await database.stop()
    database = await startDatabase({ dataDir: first, settings: SETTINGS })
    address.redirect(database.port)
    await migrate(urlOf(database))
    const appUrl = (await prepareLogins(urlOf(database), home)).app
    const port = await freePort()
    product = await openTestProduct({ DATABASE_URL: appUrl, PAYONCE_BANK_URL: `http://127.0.0.1:${port}` })
    bank = await startLabBank({ databaseUrl: product.owner.options.connectionString as string, port })
  }, PATIENCE_MS)
  afterAll(async () => {
    await bank.close()
    await product.close()
    await address.close()
    await database.stop()
    fs.rmSync(home, { recursive: true, force: true })
  }, PATIENCE_MS)

  const pay = (amount: number) =>
    product.api(
      'POST',
      '/api/v1/payments',
      { amount, currency: 'EUR', paymentMethod: 'pm_card_visa' },
      { 'idempotency-key': `restore-${amount}` },
    )
  const amounts = async () =>
    (await product.deps.db.payment.findMany({ orderBy: { amount: 'asc' } })).map(({ amount }) =>
      Number(amount),
    )
  const recover = async () => {
    await onConnection(urlOf(database), (client) =>
      client.query(
        `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state IN ('sending', 'unknown')`,
      ),
    )
    await product.deps.engine.recover(product.deps.operations.createPayment, 20, 'test')
  }

  it(
    'D20 finds every later charge, charges nothing anew that was in progress, and answers the clients',
    async () => {
      expect((await pay(1_001)).status).toBe(201)
      shell(base)
      expect((await pay(1_002)).status).toBe(201)
      // In doubt at the moment: charged, and its answer was lost.
      bank.script.add([{ fault: 'error-after', on: 'charge', key: null, next: 1, ms: 0 }])
      expect((await pay(1_003)).status).toBe(409)
      const until = await onConnection(
        urlOf(database),
        async (client) => (await client.query('SELECT clock_timestamp()::text AS at')).rows[0].at,
      )
      await recover()
      for (const amount of [1_004, 1_005, 1_006]) expect((await pay(amount)).status).toBe(201)
      expect((await pay(1_003)).status).toBe(201)
      // As after archive_timeout; then the machine is gone.
      await onConnection(urlOf(database), async (client) => {
        const { rows } = await client.query('SELECT pg_walfile_name(pg_switch_wal()) AS file')
        await expect
          .poll(() => fs.existsSync(path.join(backup, 'wal', rows[0].file)), { timeout: 30_000 })
          .toBe(true)
      })
      address.redirect(null)
      address.dropAll()
      process.kill(database.pid(), 'SIGKILL')
      await database.stop()
      fs.mkdirSync(path.join(second, 'postgres'), { recursive: true })
      for (const file of fs.readdirSync(path.join(first, 'postgres')).filter((name) => name !== 'data'))
        fs.cpSync(path.join(first, 'postgres', file), path.join(second, 'postgres', file), {
          recursive: true,
        })
      shell(restore, until)
      giveToServer(second)
      database = await startDatabase({ dataDir: second, settings: SETTINGS })
      address.redirect(database.port)
      await expect.poll(() => amounts().catch(() => []), { timeout: 60_000 }).toEqual([1_001, 1_002, 1_003])
      await expect
        .poll(
          () =>
            onConnection(
              urlOf(database),
              async (client) => (await client.query('SELECT pg_is_in_recovery() AS still')).rows[0].still,
            ),
          { timeout: 60_000 },
        )
        .toBe(false)

      // Every later charge is named; that of the payment in doubt is not among them.
      expect(await product.deps.reconcile()).toMatchObject({ alerts: 3 })
      const strays = await product.deps.db.openCharge.findMany({
        where: { status: 'stray' },
        orderBy: { amount: 'asc' },
      })
      expect(strays.map(({ amount }) => Number(amount))).toEqual([1_004, 1_005, 1_006])
      await recover()
      for (const amount of [1_003, 1_004, 1_005, 1_006])
        expect([amount, (await pay(amount)).status]).toEqual([amount, 201])
      expect(await product.deps.reconcile()).toMatchObject({ alerts: 0 })
      const { rows } = await product.owner.query(
        `SELECT amount::int, count(*)::int AS times FROM gateway_simulator.charge GROUP BY 1 ORDER BY 1`,
      )
      expect(rows).toEqual([1_001, 1_002, 1_003, 1_004, 1_005, 1_006].map((amount) => ({ amount, times: 1 })))
      const { findings } = await check(product.deps.db, product.deps.gateway)
      expect(findings.filter(({ offenders }) => offenders.length > 0)).toEqual([])
    },
    PATIENCE_MS,
  )
})
