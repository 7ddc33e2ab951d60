import os from 'node:os'
import { readCount, readOptions, refuseOption } from '@/setup/process/command-line'
import { print } from '@/setup/process/console'
import { barsOf, type Results } from './bars'
import { openStage } from './stage'
import { measureAll } from './standard'
import { barsTable, figuresTable } from './table'

/** `npm run bench`: what a payment and a replay cost, on each way to make them, in one run. */
const USAGE = `Usage: npm run bench -- [options]

Times fresh payments and replays, all paths in turn on one database: raw SQL, the engine alone, tRPC and REST over HTTP, a hand-written
node:http handler that runs REST's SQL, and the least that an answer can cost. Then a thousand callers with one key, one merchant beside
64, and outcomes that the database refuses. Twice: with fsync on, as in production, and off. Ends with the bars, from the figures with fsync on.

  --payments <number>   payments of one path in one round (1000)
  --rounds <number>     rounds with each number of callers (3)
  --callers <list>      callers at a time (1,16,64)
  --fsync <on|off>      measure only so
  --markdown            print the tables as Markdown
  --json                print the results as JSON`

const values = readOptions(USAGE, {
  payments: { type: 'string', default: '1000' },
  rounds: { type: 'string', default: '3' },
  callers: { type: 'string', default: '1,16,64' },
  fsync: { type: 'string' },
  markdown: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
})
const plan = {
  payments: readCount('--payments', values.payments, USAGE),
  rounds: readCount('--rounds', values.rounds, USAGE),
  callers: values.callers.split(',').map((count) => readCount('--callers', count, USAGE)),
}
const results: Record<string, Results> = {}
for (const fsync of chosen(values.fsync)) {
  const stage = await openStage({ durable: fsync === 'on' })
  try {
    results[fsync] = await measureAll(stage, plan)
    if (!values.json) print(report(fsync, results[fsync]))
  } finally {
    await stage.close()
  }
}
if (values.json) print(JSON.stringify({ machine: machine(), plan, results }, null, 2))

function chosen(fsync: string | undefined): readonly string[] {
  if (fsync === undefined) return ['on', 'off']
  return fsync === 'on' || fsync === 'off'
    ? [fsync]
    : refuseOption(`--fsync is on or off, not "${fsync}".`, USAGE)
}

function report(fsync: string, measured: Results): string {
  const parts = [
    `${machine()}; fsync and full_page_writes ${fsync}; ${plan.payments} payments a path and round, medians of ${plan.rounds} rounds`,
    figuresTable(measured.figures, values.markdown),
  ]
  if (fsync === 'on' || values.fsync) parts.push(barsTable(barsOf(measured), values.markdown))
  return `${parts.join('\n\n')}\n`
}

function machine(): string {
  return `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`
}
