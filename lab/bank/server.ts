import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type pg from 'pg'
import { z } from 'zod'
import { SimulatedBank } from '@/payments/simulator/bank'
import { bankApp } from '@/payments/simulator/server'
import type { Movement } from '@/payments/simulator/types'
import { openPool } from '@/platform/db'
import { MISBEHAVE } from './faults'
import { type Journal, openJournal } from './journal'
import { faultOrder, Script, type Verb } from './script'

export interface LabBankOptions {
  /** As a user who may also delete a key, which the bank's own login may not: the owner, or a superuser. */
  databaseUrl: string
  /** 0 for a free one. */
  port?: number
  /** The journal's file; without one there is no journal. */
  journal?: string | undefined
}

export interface LabBank {
  url: string
  script: Script
  close(): Promise<void>
}

/** Starts the simulated bank as a server that misbehaves to order. The bank's own code knows nothing of it. */
export async function startLabBank({
  databaseUrl,
  port = 0,
  journal: file,
}: LabBankOptions): Promise<LabBank> {
  const pool = openPool(databaseUrl, { max: 12, name: 'lab-bank' })
  const journal = file ? openJournal(file) : null
  if (journal) await catchUp(journal, pool)
  const script = new Script()
  const bank = bankApp(new SimulatedBank(pool, (movement) => journal?.write(movement)))
  const server = http.createServer(getRequestListener(labApp(bank, script, pool).fetch))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    script,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      await pool.end()
      journal?.close()
    },
  }
}

/** `POST /lab/faults` adds one order or a list, `GET` returns what has happened and what is waiting, `DELETE` cancels what is waiting. */
function labApp(bank: Hono, script: Script, pool: pg.Pool) {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.get('/lab/faults', (c) => c.json(script.report()))
  app.delete('/lab/faults', (c) => {
    script.clear()
    return c.json(script.report())
  })
  app.post('/lab/faults', async (c) => {
    const orders = z.union([faultOrder, z.array(faultOrder)]).safeParse(await c.req.json())
    if (!orders.success) return c.json({ error: z.prettifyError(orders.error) }, 400)
    script.add([orders.data].flat())
    return c.json(script.report())
  })
  app.all('*', async (c) => {
    const { method, url, headers, signal } = c.req.raw
    const body = method === 'GET' ? null : ((await c.req.json()) as Record<string, string>)
    const key = body?.key ?? c.req.path.match(/^\/keys\/(.+)$/)?.[1] ?? null
    const ask = async (changes = {}) => {
      const asked = body ? JSON.stringify({ ...body, ...changes }) : null
      return bank.fetch(new Request(url, { method, headers: withoutLength(headers), signal, body: asked }))
    }
    const verb = verbOf(method, c.req.path)
    const order = verb && script.take(verb, key && decodeURIComponent(key))
    if (!order) return ask()
    const forget = async () =>
      void (await pool.query('DELETE FROM gateway_simulator.request WHERE idempotency_key = $1', [key]))
    const hangUp = () => void c.env.incoming.socket.destroy()
    return MISBEHAVE[order.fault]({
      ms: order.ms,
      signal,
      ask,
      asked: body ?? {},
      forget,
      hangUp,
      happened: () => script.happened(order),
    })
  })
  return app
}

function verbOf(method: string, path: string): Verb | null {
  if (path === '/charges') return method === 'POST' ? 'charge' : 'list'
  if (path === '/refunds') return 'refund'
  if (path === '/captures' || path === '/releases') return 'end'
  return path.startsWith('/keys/') ? 'find' : null
}

/** The body may be changed, and then has another length. */
function withoutLength(headers: Headers): Headers {
  const changed = new Headers(headers)
  changed.delete('content-length')
  return changed
}

/** Writes the lines that are missing because the bank was killed between a movement and its line. */
async function catchUp(journal: Journal, pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{
    kind: Movement['kind']
    ref: string
    key: string
    amount: string
    currency: string
    chargeRef: string
  }>(`
    SELECT 'charge' AS kind, id AS ref, idempotency_key AS key, amount, currency, id AS "chargeRef", created_at FROM gateway_simulator.charge
    UNION ALL SELECT 'refund', id, idempotency_key, amount, currency, charge_id, created_at FROM gateway_simulator.refund ORDER BY created_at`)
  const missing = rows.filter((row) => !journal.refs().has(row.ref))
  for (const { kind, ref, key, amount, currency, chargeRef } of missing)
    journal.write({ kind, ref, key, amountMinor: BigInt(amount), currency, chargeRef })
}
