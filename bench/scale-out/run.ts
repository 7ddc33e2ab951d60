import os from 'node:os'
import { build } from '@/setup/build'
import { readCount, readOptions } from '@/setup/process/command-line'
import { print, printError, reasonOf } from '@/setup/process/console'
import { figuresTable } from '../table'
import { anyServer, doubts, type Finding, invariants, limit, storm } from './experiments'
import { type Installation, openInstallation } from './installation'
import { release, restart } from './release'
import { throughput } from './throughput'
import { previousVersion, THIS_VERSION, type Version } from './version'

const USAGE = `Usage: npm run scale -- [options]

Builds the product, and runs web and worker processes behind haproxy (docs/deploy/haproxy.cfg) on one PostgreSQL, all on this machine.
Measures payments with 1, 2 and 4 web processes. Then tries what must hold between processes: one key at two of them at once, a limit that
both count, each step of a purchase at another one, doubts that two workers settle, and a restart of each under load.

  --payments <number>   payments of a round (2000)
  --rounds <number>     rounds with each number of web processes (3)
  --callers <number>    callers at a time (32)
  --webs <list>         numbers of web processes (1,2,4)
  --previous <version>  a revision of this repository, or the built folder of one: all begin with it, and the release of this version under
                        load is all that is tried: its migrations, then one process after the other. A revision is installed and built first.
  --markdown            print the tables as Markdown

Needs haproxy (apt-get install haproxy). Exit code 0: everything held.`

const values = readOptions(USAGE, {
  payments: { type: 'string', default: '2000' },
  rounds: { type: 'string', default: '3' },
  callers: { type: 'string', default: '32' },
  webs: { type: 'string', default: '1,2,4' },
  previous: { type: 'string' },
  markdown: { type: 'boolean', default: false },
})
const plan = {
  payments: readCount('--payments', values.payments, USAGE),
  rounds: readCount('--rounds', values.rounds, USAGE),
  callers: readCount('--callers', values.callers, USAGE),
  webs: values.webs.split(',').map((count) => readCount('--webs', count, USAGE)),
}

async function run(): Promise<boolean> {
  await build()
  if (values.previous) {
    const previous = await previousVersion(values.previous)
    if (previous) return upgrade(previous)
    print(`skipped: this repository has no revision ${values.previous}`)
    return true
  }
  const [load = 0] = os.loadavg()
  const installation = await openInstallation(Math.max(2, ...plan.webs), THIS_VERSION)
  try {
    if (plan.rounds > 0) {
      const machine = `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}, load ${load.toFixed(1)} before`
      print(`${machine}; fsync on; ${plan.payments} payments a round, medians of ${plan.rounds} rounds\n`)
      print(`${figuresTable(await throughput(installation, plan), values.markdown)}\n`)
    }
    return await tryAll([storm, limit, anyServer, doubts, restart, invariants], installation)
  } finally {
    await installation.stage.close()
  }
}

async function upgrade(previous: Version): Promise<boolean> {
  try {
    const installation = await openInstallation(2, previous)
    try {
      return await tryAll([(one) => release(one, previous), invariants], installation)
    } finally {
      await installation.stage.close()
    }
  } finally {
    previous.remove()
  }
}

async function tryAll(
  experiments: ((installation: Installation) => Promise<Finding>)[],
  installation: Installation,
): Promise<boolean> {
  const findings: Finding[] = []
  for (const experiment of experiments) {
    const finding = await experiment(installation)
    // As it comes: a later one may throw.
    print(rowOf(finding))
    findings.push(finding)
  }
  return findings.every(({ holds }) => holds)
}

const rowOf = ({ name, figures, holds }: Finding) =>
  `| ${[name, figures, holds ? 'held' : 'NOT HELD'].join(' | ')} |`

process.exitCode = await run().then(
  (held) => (held ? 0 : 1),
  (error: unknown) => {
    printError(reasonOf(error))
    return 1
  },
)
