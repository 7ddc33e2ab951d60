import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { type Demo, readDemo } from '@/setup/demo-file'
import { hasEnded, processId } from '@/setup/process/process-id'
import { onConnection } from '@/setup/schema/schema-engine'
import { type LaunchedProduct, launch, newHome } from '@/setup/test/product'

// `npm start` itself, as a second product beside the one that the other tests share.
let home: string
const dataDir = () => path.join(home, 'data')
const launched: LaunchedProduct[] = []
function start(name: string): LaunchedProduct {
  const product = launch(dataDir(), path.join(home, `${name} log`))
  launched.push(product)
  return product
}

test.beforeEach(() => {
  home = newHome()
})
test.afterEach(async () => {
  // A test that failed has stopped nothing.
  for (const product of launched.splice(0)) if (!hasEnded(product.process)) await product.stop()
  fs.rmSync(home, { recursive: true, force: true })
})

test('a second start, a taken port, a kill -9 and the start after it: each works or names the remedy', {
  tag: '@alone',
}, async ({ request }) => {
  test.setTimeout(180_000)
  const first = start('first')
  await first.ready()
  const { pids, baseUrl } = demo()

  const second = start('second')
  expect(await exitCode(second)).toBe(1)
  expect(second.output()).toContain(`already running at ${baseUrl} (pid ${pids.supervisor})`)
  await expect(await request.get(`${baseUrl}/api/ready`)).toBeOK()

  const pay = (key: string, paymentMethod: string) =>
    request.post(`${baseUrl}/api/v1/payments`, {
      headers: { authorization: `Bearer ${demo().apiKey}`, 'idempotency-key': key },
      data: { amount: 2_400, currency: 'EUR', paymentMethod },
    })
  // A payment is in hand whose bank stays silent for 15 s: the next start waits a second for it, and no more.
  const inHand = pay('in-hand', 'pm_card_timeout_after_charge').catch(() => null)
  await expect.poll(() => charges()).toBe(1)
  first.process.kill('SIGKILL')
  const next = start('next')
  // What the killed one left running sells until the next one could.
  expect((await pay('meanwhile', 'pm_card_visa')).status()).toBe(201)
  await next.ready()
  const cutOff = await inHand
  expect(cutOff === null || !cutOff.ok()).toBe(true)
  // The database goes on with its clients; web and worker are others.
  expect(alive(pids)).toEqual(['postgres'])
  expect((await pay('meanwhile', 'pm_card_visa')).headers()['idempotent-replayed']).toBe('true')
  expect(await charges()).toBe(2)
  expect(demo().operator).not.toBeNull()
  const port = Number(new URL(demo().baseUrl).port)
  const crowded = launch(path.join(home, 'other data'), path.join(home, 'other log'), port)
  expect(await exitCode(crowded)).toBe(1)
  expect(crowded.output()).toContain(
    `Port ${port} is used by another program. Choose another one:  PORT=${port + 1} npm start`,
  )

  const now = demo().pids
  expect(await next.stop()).toEqual({ code: 0 })
  expect(alive(now)).toEqual([])
})

function demo(): Demo {
  const found = readDemo(dataDir())
  if (!found) throw new Error('There is no demo.json.')
  return found
}

async function charges(): Promise<number> {
  return onConnection(demo().databaseUrl, async (client) => {
    const { rows } = await client.query('SELECT count(*)::int AS charges FROM gateway_simulator.charge')
    return rows[0].charges
  })
}

async function exitCode({ process }: LaunchedProduct): Promise<number | null> {
  if (process.exitCode === null) await once(process, 'exit')
  return process.exitCode
}

function alive(pids: Demo['pids']): string[] {
  return Object.entries(pids).flatMap(([name, pid]) =>
    pid !== null && processId(pid) !== null ? [name] : [],
  )
}
