import { randomUUID } from 'node:crypto'
import type http from 'node:http'
import { checkEverything, type IntegrityReport } from '@/payments/integrity'
import { openDb } from '@/platform/db'
import { isBroken } from '@/platform/integrity'
import { until } from '@/setup/process/console'
import { newToken } from '../stage'
import { type Answer, ask } from './http'
import type { Installation } from './installation'

/** What was tried, what came out, and whether it is as it should be. */
export interface Finding {
  name: string
  figures: string
  holds: boolean
}

const STORM_KEYS = 100
const DOUBTS = 60
const LIMIT = 120
/** 60 s: the resolver's interval, and the pauses between its questions to the bank. */
const SETTLE_MS = 60_000

/** A new payment through this port. */
export function pay(
  { apiKey, setting }: Installation,
  port: number,
  options: { key?: string; card?: string; agent?: http.Agent } = {},
): Promise<Answer> {
  const { key = randomUUID(), card = 'pm_card_visa', agent } = options
  return ask({
    port,
    host: `localhost:${setting.proxyPort}`,
    path: '/api/v1/payments',
    body: { amount: 2400, currency: 'EUR', paymentMethod: card },
    headers: { Authorization: `Bearer ${apiKey}`, 'Idempotency-Key': key },
    ...(agent ? { agent } : {}),
  })
}

/** Each key is sent twice to each of two processes, at the same moment. */
export async function storm(installation: Installation): Promise<Finding> {
  const { webs } = installation
  const before = await charges(installation)
  const statuses = new Map<number, number>()
  let differing = 0
  for (let n = 0; n < STORM_KEYS; n++) {
    const key = `storm-${n}`
    const ports = webs.slice(0, 2).flatMap(({ port }) => [port, port])
    const answers = await Promise.all(ports.map((port) => pay(installation, port, { key })))
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    const paid = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body))
    if (paid.size !== 1) differing++
  }
  const made = (await charges(installation)) - before
  const told = [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')
  return {
    name: 'one key at two processes at once',
    figures: `${STORM_KEYS} keys, ${4 * STORM_KEYS} requests: ${made} charges; ${told}; ${differing} keys with two answers`,
    holds:
      made === STORM_KEYS &&
      differing === 0 &&
      [...statuses.keys()].every((status) => [201, 409].includes(status)),
  }
}

/** Two processes with a limit of their own count together. */
export async function limit(installation: Installation): Promise<Finding> {
  const { stage, setting, addWeb } = installation
  // A key of its own: what others have asked for in this minute counts as well.
  const apiKey = await newToken(stage.db, await merchantOf(stage))
  const webs = [await addWeb({ ratePerMinute: LIMIT }), await addWeb({ ratePerMinute: LIMIT })]
  const read = (port: number) =>
    ask({
      port,
      host: `localhost:${setting.proxyPort}`,
      path: '/api/v1/payments?limit=1',
      headers: { Authorization: `Bearer ${apiKey}` },
    })
  // All within the window that the first one begins.
  const answers = await Promise.all(
    Array.from({ length: 3 * LIMIT }, (_, n) => read(webs[n % webs.length]?.port ?? 0)),
  )
  for (const web of webs) await web.stop()
  const granted = answers.filter(({ status }) => status === 200).length
  const refused = answers.filter(({ status }) => status === 429).length
  return {
    name: `a limit of ${LIMIT} a minute, counted by two processes`,
    figures: `${answers.length} requests: ${granted} granted, ${refused} × 429`,
    // What one process has leased the other cannot grant: a twelfth at most.
    holds: granted <= LIMIT && granted >= LIMIT - LIMIT / 12 && granted + refused === answers.length,
  }
}

/** Each step of a purchase, and of an operator's work, is at another process than the step before. */
export async function anyServer(installation: Installation): Promise<Finding> {
  const { webs, apiKey, operator, setting } = installation
  let step = 0
  let wrong = ''
  const next = async (
    path: string,
    wanted: number,
    more: { body?: object; headers?: Record<string, string> } = {},
  ) => {
    const port = webs[step++ % 2]?.port ?? 0
    const host = `localhost:${setting.proxyPort}`
    const headers = { Origin: `http://${host}`, ...more.headers }
    const answer = await ask({ port, host, path, headers, ...(more.body ? { body: more.body } : {}) })
    if (answer.status !== wanted) wrong ||= `; ${path} answered ${answer.status}, not ${wanted}`
    return answer
  }
  const order = {
    currency: 'EUR',
    items: [{ name: 'T-shirt', quantity: 1, unitAmount: 2400 }],
  }
  const authorised = { Authorization: `Bearer ${apiKey}`, 'Idempotency-Key': randomUUID() }
  const made = JSON.parse((await next('/api/v1/orders', 201, { body: order, headers: authorised })).body)
  const checkout = new URL(made.checkoutUrl).pathname
  const cookie = cookiesOf(await next(checkout, 200))
  const press = { key: randomUUID(), orderId: made.id, version: 1, paymentMethod: 'pm_card_visa' }
  const paid = await next('/api/trpc/checkout.pay', 200, { body: press, headers: { Cookie: cookie } })
  const again = await next('/api/trpc/checkout.pay', 200, { body: press, headers: { Cookie: cookie } })
  if (paymentOf(paid) !== paymentOf(again)) wrong ||= '; a repeated press got another payment'
  await next(checkout, 200, { headers: { Cookie: cookie } })
  const session = cookiesOf(await next('/api/auth/sign-in/email', 200, { body: operator }))
  for (const page of ['/dashboard', '/dashboard/payments', '/dashboard/ledger'])
    await next(page, 200, { headers: { Cookie: session } })
  return {
    name: 'no sticky sessions: each step at the other process',
    figures: `${step} steps: order, checkout, pay, repeat, receipt, sign-in, dashboard${wrong}`,
    holds: wrong === '',
  }
}

/** What a press was told, without whether it was a repeat. */
const paymentOf = ({ body }: Answer): string => JSON.stringify(JSON.parse(body).result.data.payment)

const cookiesOf = ({ headers }: Answer) =>
  (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ')

/** Payments whose answer was lost are settled by two workers, one of which is being restarted. */
export async function doubts(installation: Installation): Promise<Finding> {
  const { stage, webs, workers } = installation
  const before = await charges(installation)
  const keys = Array.from({ length: DOUBTS }, (_, n) => `doubt-${n}`)
  const answers = await Promise.all(
    keys.map((key, n) =>
      pay(installation, webs[n % 2]?.port ?? 0, { key, card: 'pm_card_error_after_charge' }),
    ),
  )
  // So many doubts, and a web process begins no payment for some seconds.
  const begun = answers.filter(({ status }) => status !== 503).length
  const [, ...others] = workers
  for (const worker of others) await worker.restart()
  const open = async () =>
    (await number(
      installation,
      "SELECT count(*) FROM idempotency_record WHERE state IN ('sending', 'unknown')",
    )) === 0
  const settled = await until(open, SETTLE_MS, 100)
  const { rows } = await stage.owner.query<{ times: string }>(
    `SELECT count(*) AS times FROM attempt WHERE outcome = 'recovered' GROUP BY record_id`,
  )
  const twice = rows.filter(({ times }) => Number(times) > 1).length
  const charged = (await charges(installation)) - before
  return {
    name: 'jobs: two workers settle what is in doubt',
    figures: `${DOUBTS} payments whose bank does not answer, ${begun} begun: ${rows.length} settled by a worker, ${twice} of them twice; ${charged} charges`,
    // Some are settled by the request itself, which asks the bank once more.
    holds: settled && twice === 0 && charged === begun && rows.length > 0,
  }
}

/** What `npm run verify` checks. */
export async function invariants({ stage }: Installation): Promise<Finding> {
  const db = openDb(stage.owner)
  const { ok, findings } = await checkEverything(db)
  return {
    name: 'verify',
    figures: ok ? `all ${findings.length} invariants hold` : brokenOf(findings),
    holds: ok,
  }
}

const brokenOf = (findings: IntegrityReport['findings']) =>
  findings
    .filter(isBroken)
    .map(({ id }) => id)
    .join(', ')

const charges = (installation: Installation) =>
  number(installation, 'SELECT count(*) FROM gateway_simulator.charge')

async function merchantOf({ db }: Installation['stage']): Promise<string> {
  return (await db.merchant.findFirstOrThrow()).id
}

async function number({ stage }: Installation, query: string): Promise<number> {
  return Number((await stage.owner.query<{ count: string }>(query)).rows[0]?.count)
}
