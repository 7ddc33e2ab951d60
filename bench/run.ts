import os from 'node:os'
import { readCount, readOptions, refuseOption } from '@/setup/process/command-line'
import { print, printError, reasonOf } from '@/setup/process/console'
import { barsOf, barsOfScale, type Results } from './bars'
import { measurePeers } from './peers/measure-peers'
import { measureScale } from './scale'
import { openStage, type Stage } from './stage'
import { measureAll } from './standard'
import { barsTable, figuresTable, pagesTable, peersTable, pgbenchLine, thousands } from './table'

/** `npm run bench`: what a payment and a replay cost, on each way to make them, in one run. */
const USAGE = `Usage: npm run bench -- [options]

Times fresh payments and replays, all paths in turn on one database: raw SQL, the engine alone, tRPC and REST over HTTP, a hand-written
node:http handler that runs REST's SQL, and the least that an answer can cost. Then a thousand callers with one key, one merchant beside
64, and outcomes that the database refuses. Twice: with fsync on, as in production, and off. Ends with the bars, from the figures with fsync on.

  --payments <number>   payments of one path in one round (1000)
  --rounds <number>     rounds with each number of callers (3)
  --callers <list>      callers at a time (1,16,64)
  --paths <list>        only these, without the trials: names as the table has them, such as "REST,node:http + one SELECT"
  --fsync <on|off>      measure only so
  --scale <number>      instead: the pay path, and what pages read, with so many payments in the database (fsync on)
  --peers               instead: the same work made idempotent by others, on the product's tables (fsync on). Packages of npm are
                        installed into ~/.cache/payonce-bench-peers; instead of Redis they have a map in the process
  --markdown            print the tables as Markdown
  --json                print the results as JSON`

const values = readOptions(USAGE, {
  payments: { type: 'string', default: '1000' },
  rounds: { type: 'string', default: '3' },
  callers: { type: 'string', default: '1,16,64' },
  paths: { type: 'string' },
  fsync: { type: 'string' },
  scale: { type: 'string' },
  peers: { type: 'boolean', default: false },
  markdown: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
})
const plan = {
  payments: readCount('--payments', values.payments, USAGE),
  rounds: readCount('--rounds', values.rounds, USAGE),
  callers: values.callers.split(',').map((count) => readCount('--callers', count, USAGE)),
  paths: values.paths?.split(',') ?? null,
}
/** Version of PostgreSQL, once a stage was open. */
let postgres = 'unknown'
const run = values.peers ? peers : values.scale ? scale : standard
await run().catch((error: unknown) => {
  printError(reasonOf(error))
  process.exitCode = 1
})
// A call that died in a trial is never answered, and the engine would hold its lease for ever.
if (values.peers) process.exit()

async function standard(): Promise<void> {
  const results: Record<string, Results> = {}
  for (const fsync of chosen(values.fsync)) {
    const measured = await onStage(fsync, (stage) => measureAll(stage, plan))
    results[fsync] = measured
    if (values.json) continue
    const parts = [
      conditions(fsync),
      figuresTable(measured.figures, values.markdown),
      ...(plan.paths ? [] : [pgbenchLine(measured.pgbench)]),
    ]
    if (fsync === 'on' || values.fsync) parts.push(barsTable(barsOf(measured), values.markdown))
    print(`${parts.join('\n\n')}\n`)
  }
  if (values.json) print(JSON.stringify({ machine: machine(), plan, results }, null, 2))
}

async function scale(): Promise<void> {
  const payments = readCount('--scale', values.scale ?? '', USAGE)
  const fsync = values.fsync ?? 'on'
  const scaled = await onStage(fsync, (stage) => measureScale(stage, payments, plan))
  if (values.json) return print(JSON.stringify({ machine: machine(), fsync, ...scaled }, null, 2))
  const { small, large } = scaled
  const parts = [
    conditions(fsync),
    `${thousands(small.payments)} payments in the database`,
    figuresTable(small.figures, values.markdown),
    `${thousands(large.payments)} payments in the database`,
    figuresTable(large.figures, values.markdown),
    pagesTable(large.pages, values.markdown),
    barsTable(barsOfScale(scaled), values.markdown),
  ]
  print(parts.join('\n\n'))
}

async function peers(): Promise<void> {
  const fsync = values.fsync ?? 'on'
  const measured = await onStage(fsync, (stage) => measurePeers(stage, plan))
  if (values.json) return print(JSON.stringify({ machine: machine(), fsync, ...measured }, null, 2))
  const parts = [
    conditions(fsync),
    figuresTable(measured.figures, values.markdown),
    peersTable(measured.trials, values.markdown),
  ]
  if (!measured.packages) parts.push('The packages of npm are left out: they could not be installed.')
  print(parts.join('\n\n'))
}

async function onStage<Result>(fsync: string, work: (stage: Stage) => Promise<Result>): Promise<Result> {
  const stage = await openStage({ durable: fsync === 'on' })
  try {
    postgres = (await stage.owner.query('SHOW server_version')).rows[0].server_version
    return await work(stage)
  } finally {
    await stage.close()
  }
}

function chosen(fsync: string | undefined): readonly string[] {
  if (fsync === undefined) return ['on', 'off']
  return fsync === 'on' || fsync === 'off'
    ? [fsync]
    : refuseOption(`--fsync is on or off, not "${fsync}".`, USAGE)
}

function conditions(fsync: string): string {
  const { payments, rounds } = plan
  return `${machine()}; fsync and full_page_writes ${fsync}; ${payments} payments a path and round, medians of ${rounds} rounds`
}

function machine(): string {
  return `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}, PostgreSQL ${postgres}`
}
