import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import v8 from 'node:v8'
import vm from 'node:vm'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { sumLedger } from '@/ledger/sums'
import { root } from '@/setup/process/project-root'
import { newOperator, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'
import { fillBooks } from './testing/fill-books'
import { parseCsv, recordsOf } from './testing/parse-csv'

/** 17,000 captures have 51,000 lines. */
const MANY = 17_000
const ZONE = 'Europe/Berlin'

let product: TestProduct
let other: { merchantId: string }
let support: TestOperator
let cookie: string

beforeAll(async () => {
  product = await openTestProduct()
  other = await product.otherMerchant()
  support = await newOperator(product, 'support')
  cookie = await support.cookie()
  const { merchantId } = product
  // November of UTC and a little more: 150 s apart.
  await fillBooks(product.owner, {
    merchantId,
    currency: 'EUR',
    count: MANY,
    from: '2025-11-01T00:00:00Z',
    stepMs: 150_000,
  })
  await fillBooks(product.owner, {
    merchantId,
    currency: 'JPY',
    count: 40,
    from: '2025-10-31T22:50:00Z',
    stepMs: 60_000,
  })
  await fillBooks(product.owner, {
    merchantId: other.merchantId,
    currency: 'EUR',
    count: 3,
    from: '2025-11-02T00:00:00Z',
    stepMs: 1,
  })
}, 120_000)
afterAll(() => product.close())

const download = (path: string, as = cookie) =>
  product.call(`/api/exports/${path}`, { headers: { cookie: as } })
async function rowsOf(path: string, as = cookie) {
  const answer = await download(path, as)
  expect([path, answer.status]).toEqual([path, 200])
  return recordsOf(await answer.text())
}
const totalOf = (rows: Record<string, string>[], column: string) =>
  rows.reduce((sum, row) => sum + BigInt(row[column] || '0'), 0n)
/** What a query finds, as one value. */
const one = async (query: string, values: unknown[] = []) =>
  (await product.owner.query(query, values)).rows[0].value as string
const NOVEMBER = `first=2025-11-01&last=2025-11-30&zone=${ZONE}`
const WITHIN = `t.posted_at >= '2025-10-31T23:00:00Z' AND t.posted_at < '2025-11-30T23:00:00Z'`

describe('the journal', () => {
  test('has 50,000 lines in constant memory, which add up to the ledger', async () => {
    v8.setFlagsFromString('--expose-gc')
    const collect = vm.runInNewContext('gc') as () => void
    const used = () => {
      collect()
      return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
    }
    const answer = await download('journal?zone=UTC')
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    const decoder = new TextDecoder()
    let [rest, bytes, lines, debits, credits, pieces] = ['', 0, 0, 0n, 0n, 0]
    let [first, most] = [0, 0]
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      bytes += value?.length ?? 0
      const text = rest + decoder.decode(value, { stream: true })
      const end = text.lastIndexOf('\r\n') + 2
      rest = text.slice(end)
      for (const line of text.slice(0, end).split('\r\n').slice(0, -1)) {
        const cells = line.split(',')
        if (cells.at(-1) !== 'EUR') continue
        lines += 1
        const amount = BigInt(cells.at(-2) as string)
        if (amount > 0n) debits += amount
        else credits -= amount
      }
      pieces += 1
      if (pieces === 4) first = used()
      else if (pieces > 4 && pieces % 8 === 0) most = Math.max(most, used())
    }
    expect(lines).toBe(3 * MANY)
    expect(bytes).toBeGreaterThan(12_000_000)
    // A file that was kept whole would be all of these bytes more.
    expect(most - first).toBeLessThan(4_000_000)
    const sums = `SELECT sum(amount) FILTER (WHERE amount > 0) AS value FROM entry WHERE merchant_id = $1 AND currency = 'EUR'`
    expect(String(debits)).toBe(await one(sums, [product.merchantId]))
    expect(debits).toBe(credits)
  })

  test('is of the days of the zone, oldest first, each transaction once', async () => {
    const rows = await rowsOf(`journal?${NOVEMBER}`)
    const count = `SELECT count(*)::text AS value FROM entry e JOIN ledger_transaction t ON (t.merchant_id, t.id) = (e.merchant_id, e.transaction_id)
      WHERE e.merchant_id = $1 AND ${WITHIN}`
    expect(String(rows.length)).toBe(await one(count, [product.merchantId]))
    const times = rows.map(({ postedAt }) => postedAt)
    expect(times).toEqual(times.toSorted())
    expect(new Set(rows.map(({ transaction, line }) => `${transaction} ${line}`))).toHaveLength(rows.length)
    for (const row of rows) expect(row.postedAtLocal?.slice(0, 7)).toBe('2025-11')
    expect(rows.find(({ currency }) => currency === 'EUR')).toMatchObject({
      kind: 'capture',
      postedAt: '2025-11-01T00:00:00.000Z',
      postedAtLocal: '2025-11-01T01:00:00.000+01:00',
      reference: 'order 1',
      accountCode: 'gateway_clearing',
      debit: '9.71',
      credit: '',
      amount: '9.71',
      amountMinor: '971',
      currency: 'EUR',
    })
  })

  test('honours the kind', async () => {
    expect(await rowsOf(`journal?${NOVEMBER}&kind=refund`)).toEqual([])
    expect((await rowsOf('journal?first=2025-11-30&last=2025-11-30&kind=capture')).length).toBeGreaterThan(0)
  })
})

describe('balances', () => {
  test('the trial balance is what adding up every entry gives, before and after the worker has summed them', async () => {
    const { rows: expected } = await product.owner.query(
      `SELECT a.code AS "accountCode", a.currency, coalesce(sum(e.amount) FILTER (WHERE t.posted_at < '2025-10-31T23:00:00Z'), 0)::text AS "openingMinor",
         coalesce(sum(e.amount) FILTER (WHERE ${WITHIN} AND e.amount > 0), 0)::text AS "debitsMinor",
         coalesce(-sum(e.amount) FILTER (WHERE ${WITHIN} AND e.amount < 0), 0)::text AS "creditsMinor",
         sum(e.amount) FILTER (WHERE t.posted_at < '2025-11-30T23:00:00Z')::text AS "closingMinor"
       FROM account a JOIN entry e ON (e.merchant_id, e.account_id) = (a.merchant_id, a.id)
       JOIN ledger_transaction t ON (t.merchant_id, t.id) = (e.merchant_id, e.transaction_id)
       WHERE a.merchant_id = $1 GROUP BY a.code, a.currency ORDER BY a.currency, a.code`,
      [product.merchantId],
    )
    const found = async () =>
      (await rowsOf(`trial-balance?${NOVEMBER}`))
        .map(({ accountCode, currency, openingMinor, debitsMinor, creditsMinor, closingMinor }) => ({
          accountCode,
          currency,
          openingMinor,
          debitsMinor,
          creditsMinor,
          closingMinor,
        }))
        .toSorted((a, b) => (`${a.currency}${a.accountCode}` < `${b.currency}${b.accountCode}` ? -1 : 1))
    expect(expected).toHaveLength(6)
    expect(await found()).toEqual(expected)
    await vi.waitFor(async () => expect(await sumLedger(product.deps.db, 100_000)).toBeGreaterThan(0), 50_000)
    expect(await found()).toEqual(expected)
  })

  test('a statement begins and ends with the balances of the trial balance, and each line leads from one to the other', async () => {
    const [line] = (await rowsOf(`trial-balance?${NOVEMBER}`)).filter(
      ({ accountCode, currency }) => accountCode === 'gateway_clearing' && currency === 'JPY',
    )
    const rows = await rowsOf(`statement?account=${line?.account}&${NOVEMBER}`)
    expect(rows[0]).toMatchObject({ kind: 'opening balance', balanceMinor: line?.openingMinor })
    expect(rows.at(-1)).toMatchObject({ kind: 'closing balance', balanceMinor: line?.closingMinor })
    expect(line?.openingMinor).not.toBe('0')
    for (const [index, row] of rows.slice(1, -1).entries())
      expect(BigInt(row.balanceMinor ?? '')).toBe(
        BigInt(rows[index]?.balanceMinor ?? '') + BigInt(row.amountMinor ?? ''),
      )
    expect(rows[1]).toMatchObject({ reference: 'order 11', payment: expect.stringMatching(/^pay_/) })
  })
})

describe('payments', () => {
  test('all of a filter are there, once, with exact amounts', async () => {
    const rows = await rowsOf('payments?currency=JPY&zone=Asia/Kolkata')
    expect(rows).toHaveLength(40)
    expect(String(totalOf(rows, 'amountMinor'))).toBe(
      await one(`SELECT sum(amount)::text AS value FROM payment WHERE currency = 'JPY'`),
    )
    expect(rows.at(-1)).toMatchObject({
      createdAt: '2025-10-31T22:50:00.000Z',
      createdAtLocal: '2025-11-01T04:20:00.000+05:30',
      status: 'succeeded',
      amount: '1001',
      amountMinor: '1001',
      currency: 'JPY',
      fee: '30',
      refunded: '0',
      reference: 'order 1',
      customerEmail: 'buyer1@example.com',
    })
  })

  test('search, status and period are those of the list', async () => {
    expect(await rowsOf('payments?search=buyer17@example.com&currency=JPY')).toHaveLength(1)
    expect(await rowsOf('payments?status=declined')).toHaveLength(0)
    expect(
      await rowsOf('payments?from=2025-11-01T00:00:00Z&until=2025-11-01T01:00:00Z&currency=EUR'),
    ).toHaveLength(24)
  })

  test('a reference that is a formula is text', async () => {
    await product.owner.query(
      `UPDATE orders SET reference = '=HYPERLINK("http://x")' WHERE reference = 'order 5' AND currency = 'JPY'`,
    )
    const text = await (await download('payments?currency=JPY')).text()
    expect(text).toContain(`"'=HYPERLINK(""http://x"")"`)
  })
})

describe('who and what', () => {
  test('a viewer, a stranger and another merchant take nothing out', async () => {
    const viewer = await (await newOperator(product, 'viewer')).cookie()
    const theirs = await (await newOperator(product, 'admin', other.merchantId)).cookie()
    const { account } = (await rowsOf('trial-balance'))[0] as Record<string, string>
    for (const path of [
      'payments',
      'journal',
      'trial-balance',
      `statement?account=${account}`,
      `month-end?${NOVEMBER}`,
    ]) {
      expect([path, (await download(path, '')).status]).toEqual([path, 401])
      const refused = await download(path, viewer)
      expect([path, refused.status]).toEqual([path, 403])
      expect((await refused.json()).detail).toBe(
        'Your role is viewer; files need the role support. Ask an admin of your company.',
      )
    }
    expect((await download(`statement?account=${account}`, theirs)).status).toBe(404)
    expect(await rowsOf('journal', theirs)).toHaveLength(9)
    expect(await rowsOf('payments', theirs)).toHaveLength(3)
  })

  test.each([
    '/api/exports/payments?currency=BHD',
    '/api/exports/journal?last=1970-01-01',
    '/api/exports/trial-balance?last=1970-01-01',
    '/api/exports/statement?last=1970-01-01',
    '/api/reconciliation/export?',
    '/api/audit/export?format=csv&action=none',
  ])('%s has the columns that docs/exports.md names', async (address) => {
    const page = fs.readFileSync(path.join(root, 'docs/exports.md'), 'utf8')
    const row = page.split('\n').find((line) => line.includes(`\`${address.split('?')[0]}\``)) ?? ''
    const named = [...(row.split(' | ')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name)
    const { account } = (await rowsOf('trial-balance'))[0] as Record<string, string>
    const own = address.includes('statement') ? `&account=${account}` : ''
    const text = await (await product.call(`${address}${own}`, { headers: { cookie } })).text()
    expect(parseCsv(text)[0]).toEqual(named)
  })

  test('the audit log says who took which file, with which filter', async () => {
    await rowsOf('payments?currency=BHD&zone=Europe/Berlin')
    const { rows } = await product.owner.query(
      `SELECT actor, action, subject, detail FROM audit_log WHERE merchant_id = $1 ORDER BY seq DESC LIMIT 1`,
      [product.merchantId],
    )
    expect(rows).toEqual([
      {
        actor: `operator:${support.id}`,
        action: 'file.exported',
        subject: 'payments',
        detail: 'currency=BHD zone=Europe/Berlin',
      },
    ])
  })

  test.each([
    'payments?zone=Mars',
    'payments?status=none',
    'journal?first=2025-11-31',
    'journal?first=2025-12-01&last=2025-11-01',
    'journal?kind=none',
    'trial-balance?unknown=1',
    'month-end?first=2025-11-01',
    'month-end?first=2400-01-01&last=2400-01-31',
  ])('%s is refused, with what to do', async (path) => {
    const answer = await download(path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ])
  })
})

describe('over a connection', () => {
  let server: http.Server
  let port: number
  beforeAll(async () => {
    server = http.createServer(getRequestListener(product.fetch))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  /** Begins a download and reads no further than its first bytes. */
  const begin = (path: string) =>
    new Promise<http.IncomingMessage>((resolve, reject) => {
      const request = http.get({ port, path: `/api/exports/${path}`, headers: { cookie } }, (answer) => {
        answer.once('readable', () => resolve(answer))
      })
      request.on('error', reject)
    })

  test('a reader who goes away ends the reading; until then two files are written at once, and no more', async () => {
    const [first, second] = await Promise.all([begin('journal'), begin('payments')])
    const refused = await download('journal')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10'])
    first.destroy()
    await vi.waitFor(async () => {
      const answer = await download('trial-balance')
      // Read or cancelled: a body that nobody reads keeps its place.
      await answer.body?.cancel()
      expect(answer.status).toBe(200)
    }, 20_000)
    second.destroy()
    await vi.waitFor(async () => {
      const { rows } = await product.owner.query(
        `SELECT count(*)::int AS busy FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'payonce-web-pages' AND state <> 'idle'`,
      )
      expect(rows[0].busy).toBe(0)
    }, 20_000)
  })

  test('a file that cannot be finished breaks the connection', async () => {
    const answer = await begin('journal')
    expect(answer.statusCode).toBe(200)
    await product.owner.query('REVOKE SELECT ON entry FROM payonce_app')
    const end = new Promise((resolve) => {
      answer.on('end', () => resolve('ended')).on('error', () => resolve('broken'))
      answer.resume()
    })
    expect(await end).toBe('broken')
    await product.owner.query('GRANT SELECT ON entry TO payonce_app')
  })
})
