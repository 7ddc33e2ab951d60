import { randomInt } from 'node:crypto'
import { readCount, readOptions } from '@/setup/process/command-line'
import { print, printError } from '@/setup/process/console'
import { inRoot } from '@/setup/process/project-root'
import { generate } from '@/setup/schema/generate'
import { bundleSimulation } from './bundle'
import { campaign } from './processes'
import type { CampaignResult } from './run'

/** Two at a time: with a single processor a run takes twice as long. */
const PROCESSES = 2
/** The distance between the seeds of two processes: more than one process uses up. */
const APART = 1_000_000

const USAGE = `Usage: npm run simulate -- [options]

Runs the engine against random clients, crashes and orders of events, and checks its laws after every step.

  --seed <number>       the plans to play (default: random; printed first)
  --seconds <number>    how long to play at least (60)
  --payments <number>   how many payments to make at least (100000)
  --path <path>         replay one failure: the path that it printed, with its --seed

Exit code 0: every law held. 1: a law was broken, or an event that must happen did not.`

/** `npm run simulate`: the engine against random clients, crashes and orders of events. @returns whether every law held */
async function run(): Promise<boolean> {
  const values = readOptions(USAGE, {
    seed: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    payments: { type: 'string', default: '100000' },
    path: { type: 'string' },
  })
  const seed = values.seed === undefined ? randomInt(APART) : readCount('--seed', values.seed, USAGE)
  const bundle = inRoot('dist/lab/simulation.mjs')
  await generate()
  await bundleSimulation(bundle)
  const replay = values.path !== undefined
  print(`seed ${seed}`)
  const seeds = Array.from({ length: replay ? 1 : PROCESSES }, (_, index) => seed + index * APART)
  const effort = replay
    ? { seconds: 0 }
    : {
        seconds: readCount('--seconds', values.seconds, USAGE),
        payments: Math.ceil(readCount('--payments', values.payments, USAGE) / PROCESSES),
      }
  const seen = await Promise.all(
    seeds.map((one) => campaign(bundle, { seed: one, ...effort, path: values.path })),
  )
  return report(seen, replay)
}

function report(seen: readonly CampaignResult[], replay: boolean): boolean {
  const sum = (of: 'plans' | 'payments' | 'charges' | 'steps') =>
    seen.reduce((total, one) => total + one[of], 0).toLocaleString('en')
  print(
    `${sum('plans')} plans, ${sum('payments')} payments, ${sum('charges')} charges, ${sum('steps')} steps`,
  )
  const failures = seen.flatMap(({ failure }) => failure ?? [])
  for (const failure of failures)
    printError(
      `a law was broken: ${failure}\n  replay it with  npm run simulate -- --seed <seed> --path <path>`,
    )
  // A replay plays one plan, which need not show everything.
  const missed = replay ? [] : seen.flatMap((one) => (one.failure ? [] : one.missed))
  if (missed.length > 0)
    printError(
      `these never happened, so the run proves nothing about them: ${[...new Set(missed)].join(', ')}`,
    )
  return failures.length === 0 && missed.length === 0
}

process.exitCode = (await run()) ? 0 : 1
