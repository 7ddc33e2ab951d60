import fs from 'node:fs'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { readSetupEnv } from '@/platform/env'
import { type Demo, readDemo } from '@/setup/demo-file'
import { median } from './rounds'

/**
 * `node --import tsx bench/page-times.ts`: what the pages of a dashboard take that runs, from the request to the last byte, signed in as the
 * demo operator. CPU times beside it, since the time by the clock grows with what else the machine does.
 */
const { rounds } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } as const }).values

async function signIn({ baseUrl, operator }: Demo): Promise<string> {
  const answer = await fetch(`${baseUrl}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: baseUrl },
    body: JSON.stringify(operator),
  })
  if (!answer.ok) throw new Error(`the demo operator could not sign in: ${answer.status}`)
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

/** Addresses with ids from the middle of what is there. */
async function addresses({ databaseUrl, merchantId }: Demo): Promise<string[]> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  try {
    const { rows } = await client.query(
      `SELECT replace(p.id::text, '-', '') AS payment, replace(p.order_id::text, '-', '') AS "order", p.record_id AS record, p.created_at AS at,
         (SELECT replace(id::text, '-', '') FROM account WHERE merchant_id = $1 AND code = 'gateway_clearing' AND currency = 'EUR') AS account
       FROM payment p WHERE p.merchant_id = $1 ORDER BY p.created_at OFFSET (SELECT count(*) / 2 FROM payment WHERE merchant_id = $1) LIMIT 1`,
      [merchantId],
    )
    const [{ payment, order, record, account, at }] = rows
    const until = encodeURIComponent(at.toISOString())
    return [
      '/api/health',
      '/dashboard',
      '/dashboard?range=30d',
      '/dashboard/payments',
      '/dashboard/payments?status=declined',
      '/dashboard/payments?status=unknown',
      '/dashboard/payments?q=nobody-has-this',
      '/dashboard/payments?q=visa',
      `/dashboard/payments?until=${until}`,
      `/dashboard/payments/pay_${payment}`,
      '/dashboard/orders',
      '/dashboard/orders?currency=EUR&sort=highest',
      '/dashboard/orders?q=visa',
      `/dashboard/orders/ord_${order}`,
      '/dashboard/links',
      '/dashboard/ledger',
      `/dashboard/ledger/acc_${account}`,
      '/dashboard/ledger/journal',
      '/dashboard/ledger/trial-balance',
      '/dashboard/idempotency',
      `/dashboard/idempotency/${record}`,
      '/dashboard/reconciliation',
      '/dashboard/integrity',
      '/dashboard/alerts',
      '/dashboard/audit',
      '/dashboard/developers',
      '/dashboard/developers/requests',
      '/dashboard/inbox',
      '/dashboard/webhooks',
      '/dashboard/settings',
      '/dashboard/settings/notifications',
      '/dashboard/settings/roles',
      '/dashboard/security',
      '/dashboard/operators',
      '/dashboard/account',
      '/dashboard/mailbox',
    ]
  } finally {
    await client.end()
  }
}

const demo = readDemo(readSetupEnv().dataDir)
if (!demo) throw new Error('start the product first (npm start)')
const cookie = await signIn(demo)
console.log('| page | median ms | CPU ms of the server | CPU ms of PostgreSQL |\n| --- | --: | --: | --: |')
for (const address of await addresses(demo)) {
  const taken: number[] = []
  const server = [0, 0]
  const postgres = [0, 0]
  // The first time is not counted.
  for (let round = 0; round <= Number(rounds); round++) {
    if (round === 1) [server[0], postgres[0]] = cpuMs(demo)
    const began = performance.now()
    const answer = await fetch(demo.baseUrl + address, { headers: { cookie }, redirect: 'error' })
    await answer.text()
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
    if (round > 0) taken.push(performance.now() - began)
  }
  ;[server[1], postgres[1]] = cpuMs(demo)
  const each = ([from = 0, to = 0]: number[]) => ((to - from) / Number(rounds)).toFixed(0)
  console.log(
    `| \`${address.replace(/[0-9A-Za-z_-]{30,}/, '…')}\` | ${median(taken).toFixed(0)} | ${each(server)} | ${each(postgres)} |`,
  )
}

/** CPU time so far of the web process, and of all of PostgreSQL: what the worker does meanwhile is in it too. Linux counts in ticks of 10 ms. */
function cpuMs({ pids }: Demo): [number, number] {
  const stats = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
        const fields = text
          .slice(text.lastIndexOf(')') + 2)
          .split(' ')
          .map(Number)
        return [{ pid: Number(pid), parent: fields[1] ?? 0, ticks: (fields[11] ?? 0) + (fields[12] ?? 0) }]
      } catch {
        return [] // it has just ended
      }
    })
  const sum = (of: typeof stats) => 10 * of.reduce((all, { ticks }) => all + ticks, 0)
  return [
    sum(stats.filter(({ pid }) => pid === pids.web)),
    sum(stats.filter(({ pid, parent }) => pid === pids.postgres || parent === pids.postgres)),
  ]
}
