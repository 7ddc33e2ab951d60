import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { openDb, openPool } from '@/platform/db'
import { build } from '@/setup/build'
import { type Demo, readDemo } from '@/setup/demo-file'
import { readCount, readOptions } from '@/setup/process/command-line'
import { pause, print, printError } from '@/setup/process/console'
import { freePort } from '@/setup/process/port'
import { type LaunchedProduct, launch, newHome } from '@/setup/test/product'
import { check } from '@/setup/verify'

/** 3,000 ms: what a killed `npm start` that is started again may cost. Not part of `npm test`, since a timing on a busy machine proves nothing. */
const AWAY_MS_MAX = 3_000
/** The last one's bank charges and stays silent, so that a payment of it is always in hand. */
const CARDS = ['pm_card_visa', 'pm_card_visa', 'pm_card_visa', 'pm_card_timeout_after_charge']
/** 2 s of payments before each kill. */
const BEFORE_MS = 2_000

const USAGE = `Usage: npm run chaos:supervisor -- [options]

Kills the supervisor of \`npm start\` (kill -9) while clients pay, starts it again at once, and measures how long nobody could pay.

  --rounds <number>   how many kills (default: 5)

Exit code 0: every payment was answered and charged once, and nobody waited longer than ${AWAY_MS_MAX} ms. 1: not so.`

/** Clients of the HTTP API that pay one after the other, each payment under one key until it is answered. */
class Clients {
  paid = 0
  retried = 0
  /** Times of answers, by `performance.now()`. */
  readonly at: number[] = []
  private stopping = false
  private readonly loops: Promise<void>[]

  constructor(private readonly demo: Demo) {
    this.loops = CARDS.map((card, client) => this.run(client, card))
  }

  /** The longest time without an answer since `from`. */
  longestGap(from: number): number {
    const times = [from, ...this.at.filter((at) => at > from)]
    return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)))
  }

  async end(): Promise<void> {
    this.stopping = true
    await Promise.all(this.loops)
  }

  private async run(client: number, card: string): Promise<void> {
    for (let n = 0; !this.stopping; n++) {
      let end = await this.pay(`client-${client}-${n}`, card)
      while (end === null) {
        this.retried += 1
        await pause(20)
        end = await this.pay(`client-${client}-${n}`, card)
      }
      if (end === 'paid') this.paid += 1
      this.at.push(performance.now())
    }
  }

  /** @returns null: the same request is to be sent again */
  private async pay(key: string, paymentMethod: string): Promise<'paid' | 'not-charged' | null> {
    const { baseUrl, apiKey } = this.demo
    const headers = {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    }
    const body = JSON.stringify({ amount: 2_400, currency: 'EUR', paymentMethod })
    try {
      const response = await fetch(`${baseUrl}/api/v1/payments`, { method: 'POST', headers, body })
      const { safeNewKey } = (await response.json()) as { safeNewKey?: boolean }
      if (response.status === 201) return 'paid'
      return safeNewKey ? 'not-charged' : null
    } catch {
      return null
    }
  }
}

/** @returns whether all held */
async function run(): Promise<boolean> {
  const { rounds: text } = readOptions(USAGE, { rounds: { type: 'string', default: '5' } })
  const rounds = readCount('--rounds', text, USAGE)
  await build()
  const home = newHome()
  const [dataDir, port] = [path.join(home, 'data'), await freePort()]
  const start = (round: number) =>
    launch(dataDir, path.join(home, `log ${round}`), port, {
      changes: { PAYONCE_RATE_PER_MINUTE: '1000000' },
    })
  let product = start(0)
  await product.ready()
  const demo = readDemo(dataDir)
  if (!demo) throw new Error('there is no demo.json')
  const clients = new Clients(demo)
  const away: number[] = []
  for (let round = 1; round <= rounds; round++) {
    await pause(BEFORE_MS)
    const from = performance.now()
    await killed(product)
    product = start(round)
    await product.ready()
    const before = clients.paid
    while (clients.paid < before + CARDS.length) await pause(20)
    away.push(Math.round(clients.longestGap(from)))
    print(`round ${round}: away for ${away.at(-1)} ms`)
    for (const line of product
      .output()
      .split('\n')
      .filter((line) => /\d s$/.test(line)))
      print(`  ${line.trim()}`)
  }
  await clients.end()
  // Each start gives the database another port.
  const wrong = await judge(readDemo(dataDir)?.databaseUrl ?? '', clients)
  await product.stop()
  const [middle = 0, most = 0] = [away.toSorted((a, b) => a - b)[Math.floor(rounds / 2)], Math.max(...away)]
  if (most > AWAY_MS_MAX) wrong.push(`away for ${most} ms; at most ${AWAY_MS_MAX} are allowed`)
  print(
    `${rounds} kills, ${clients.paid} payments, ${clients.retried} tries more; away for ${middle} ms in the median, ${most} at most`,
  )
  for (const line of wrong) printError(`✕ ${line}`)
  if (wrong.length === 0) fs.rmSync(home, { recursive: true, force: true })
  else printError(`the evidence is in ${home}`)
  return wrong.length === 0
}

async function killed({ process: supervisor }: LaunchedProduct): Promise<void> {
  const ended = once(supervisor, 'exit')
  supervisor.kill('SIGKILL')
  await ended
}

/** Every invariant holds, and there is one charge for each payment that was answered. */
async function judge(databaseUrl: string, clients: Clients): Promise<string[]> {
  const pool = openPool(databaseUrl, { max: 2, name: 'lab' })
  const db = openDb(pool)
  try {
    const { findings } = await check(db)
    const { rows } = await pool.query<{ charges: number }>(
      'SELECT count(*)::int AS charges FROM gateway_simulator.charge',
    )
    const charges = rows[0]?.charges ?? 0
    return [
      ...findings.flatMap(({ id, offenders }) => offenders.map(({ subject }) => `${id}: ${subject}`)),
      ...(charges === clients.paid ? [] : [`${clients.paid} payments, ${charges} charges`]),
    ]
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}

process.exit((await run()) ? 0 : 1)
