import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { print, printError } from '@/setup/process/console'
import { inRoot } from '@/setup/process/project-root'
import { generate } from '@/setup/schema/generate'
import { bundleSimulation } from './bundle'
import { campaign } from './processes'
import type { CampaignResult } from './run'

/** Side by side: a machine that runs this has two processors at least, or it takes twice as long. */
const PROCESSES = 2
/** Seeds of two processes lie so far apart: more than either will use. */
const APART = 1_000_000

/** `npm run simulate`: the engine against random clients, crashes and orders of events. @returns whether every law held */
async function run(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seconds: { type: 'string', default: '60' },
      payments: { type: 'string', default: '100000' },
      path: { type: 'string' },
    },
  })
  const seed = values.seed === undefined ? randomInt(APART) : Number(values.seed)
  const bundle = inRoot('dist/lab/simulation.mjs')
  await generate()
  await bundleSimulation(bundle)
  const replay = values.path !== undefined
  print(`seed ${seed}`)
  const seeds = Array.from({ length: replay ? 1 : PROCESSES }, (_, index) => seed + index * APART)
  const effort = replay
    ? { seconds: 0 }
    : { seconds: Number(values.seconds), payments: Math.ceil(Number(values.payments) / PROCESSES) }
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
      `a law was broken: ${failure}\n  see it again with  npm run simulate -- --seed <seed> --path <path>`,
    )
  // A replay shows one plan, and need not show all.
  const missed = replay ? [] : seen.flatMap((one) => (one.failure ? [] : one.missed))
  if (missed.length > 0)
    printError(`this never happened, so nothing is proved about it: ${[...new Set(missed)].join(', ')}`)
  return failures.length === 0 && missed.length === 0
}

process.exitCode = (await run()) ? 0 : 1
