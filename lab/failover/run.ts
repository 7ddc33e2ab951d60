import { randomInt } from 'node:crypto'
import fs from 'node:fs'
import { createApiKey } from '@/access/api-key'
import { readId, uuidv7 } from '@/lib/id'
import { sql } from '@/platform/db'
import { readCount, readOptions } from '@/setup/process/command-line'
import { print, printError } from '@/setup/process/console'
import { check } from '@/setup/verify'
import { readJournal } from '../bank/journal'
import { Installation } from '../chaos/installation'
import type { ReplicatedDatabase } from './replicated-database'
import { failOver, type Outcome, type Round, type World } from './rounds'

/** 10 s from the promotion to the first acknowledged payment: what is promised in docs/operations.md. */
const BACK_MS_MAX = 10_000
/** 90 s until nothing is in doubt. */
const QUIET_MS = 90_000

const USAGE = `Usage: npm run failover -- [options]

Builds the product, and runs two web and two worker processes on two PostgreSQL servers with synchronous replication. Under load the primary is
killed, or cut off, and the standby is promoted.

  --rounds <number>   how many times (default: 4)
  --seed <number>     the moments of the failures (default: random; printed first)

Exit code 0: no acknowledged payment was lost, no key was charged twice, verify holds, and payments were back within 10 s.`

/** @returns whether all held */
async function run(): Promise<boolean> {
  const values = readOptions(USAGE, { rounds: { type: 'string', default: '4' }, seed: { type: 'string' } })
  const rounds = readCount('--rounds', values.rounds, USAGE)
  const seed = values.seed === undefined ? randomInt(1_000_000) : readCount('--seed', values.seed, USAGE)
  print(`seed ${seed}, ${rounds} rounds`)
  const { installation, database } = await Installation.openReplicated()
  try {
    const world = await worldOf(installation, database)
    const outcome = await failOver(world, { seed, rounds, report: (round) => print(line(round)) })
    const wrong = [...outcome.wrong, ...(await judge(installation, outcome))]
    print(table(outcome, seed))
    for (const problem of wrong) printError(`✕ ${problem}`)
    if (wrong.length > 0) printError(`the log is in ${installation.home}`)
    return wrong.length === 0
  } finally {
    await installation.close()
  }
}

async function worldOf(installation: Installation, database: ReplicatedDatabase): Promise<World> {
  const { db, merchantId, servers } = installation
  const made = await createApiKey(
    db,
    { merchantId, name: 'Failover', scopes: ['payments:write'], expiresInDays: null, by: 'lab' },
    uuidv7,
  )
  const headers = { authorization: `Bearer ${made?.token}`, 'content-type': 'application/json' }
  return {
    database,
    pay: async (key, amount, turn) => {
      const server = servers[(amount + turn) % servers.length]
      const response = await fetch(server?.url('/api/v1/payments') ?? '', {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': key },
        body: JSON.stringify({ amount, currency: 'EUR', paymentMethod: 'pm_card_visa' }),
        // As an impatient client: it asks again after 5 s.
        signal: AbortSignal.timeout(5_000),
      })
      const body = (await response.json()) as { id?: string; safeNewKey?: boolean }
      const final = response.status === 201 || body.safeNewKey === true
      return { status: response.status, payment: body.id ?? null, final }
    },
    charges: async () => {
      const times = new Map<number, number>()
      for (const { kind, amountMinor } of readJournal(fs.readFileSync(installation.journal, 'utf8')))
        if (kind === 'charge') times.set(Number(amountMinor), (times.get(Number(amountMinor)) ?? 0) + 1)
      return times
    },
    missing: async (payments) => {
      const ids = payments.map((id) => readId('pay', id) ?? '')
      const rows = await db.$queryRaw<{ id: string }[]>(sql`
        SELECT i::text AS id FROM unnest(${ids}::uuid[]) AS i
        WHERE NOT EXISTS (SELECT FROM payment p WHERE p.id = i AND p.status = 'succeeded')`)
      return rows.map(({ id }) => id)
    },
  }
}

async function judge(installation: Installation, { rounds }: Outcome): Promise<string[]> {
  const quiet = await installation.quiet(QUIET_MS)
  const { findings } = await check(installation.db, installation.gateway)
  const slowest = Math.max(...rounds.map(({ firstPaymentMs }) => firstPaymentMs))
  return [
    ...(quiet ? [] : ['a payment stayed in doubt']),
    ...findings.flatMap(({ id, offenders }) =>
      offenders.map(({ subject, detail }) => `${id}: ${subject} ${detail}`),
    ),
    ...(slowest > BACK_MS_MAX ? [`${slowest} ms from a promotion to the first payment`] : []),
    ...(rounds.some(({ inHand }) => inHand > 0)
      ? []
      : ['positive control: no request was in hand at any failure']),
  ]
}

function line({ failure, acknowledged, inHand, promotionMs, firstPaymentMs, lost }: Round): string {
  return `${failure.padEnd(9)} ${acknowledged} acknowledged so far, ${inHand} in hand, promoted after ${promotionMs} ms, first payment ${firstPaymentMs} ms later, ${lost} lost`
}

function table({ rounds, keys, doubled }: Outcome, seed: number): string {
  const times = rounds.map(({ firstPaymentMs }) => firstPaymentMs).sort((a, b) => a - b)
  const of = (failure: Round['failure']) => rounds.filter((round) => round.failure === failure).length
  const lost = rounds.reduce((sum, round) => sum + round.lost, 0)
  const cells = [
    seed,
    of('kill'),
    of('partition'),
    keys,
    lost,
    doubled,
    `${times[Math.floor(times.length / 2)]} ms`,
    `${times.at(-1)} ms`,
  ]
  return [
    '',
    '| Seed | Killed | Cut off | Keys answered | Acknowledged and lost | Charged twice | Promotion to first payment, median | Most |',
    '|---|---|---|---|---|---|---|---|',
    `| ${cells.join(' | ')} |`,
    '',
  ].join('\n')
}

process.exit((await run()) ? 0 : 1)
