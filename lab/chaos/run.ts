import { randomInt } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { readCount, readOptions, refuseOption } from '@/setup/process/command-line'
import { print, printError } from '@/setup/process/console'
import { inRoot } from '@/setup/process/project-root'
import { ACCIDENTS, type Accident } from './accidents'
import { deploy } from './deployment'
import { forget, LOSSES } from './forgetting'
import { History } from './history'
import { Installation } from './installation'
import { judge } from './judge'
import { PLAYED } from './played'
import { Program } from './program'
import { chance } from './random'
import { Campaign, nameOf, rounds } from './rounds'
import { speeds } from './speeds'
import { neverStruck, struckOf } from './strikes'
import { StripeBank } from './stripe/bank'
import { lapOnStripe } from './stripe/lap'
import { type Shown, table, tablePage } from './table'

/** 90 s until nothing is in doubt, once the accidents are over: a lease, the bank's own time, and some rounds of the resolver. */
const QUIET_MS = 90_000

const CARDS = { declined: 0.15, challenged: 0 }

const USAGE = `Usage: npm run chaos -- [options]

Builds the product, runs two web and two worker processes, PostgreSQL and a bank, and breaks them while clients pay, refund, capture, void and
place orders.

  --seed <number>     the accidents and their order (default: random; printed first)
  --rounds <number>   how many requests meet an accident (default: each accident with each way to retry, at three of the six operations;
                      twice as many play all operations, and six times as many play each with each way to retry)
  --only <prefixes>   only accidents whose id begins so, such as S or N7,G
  --bank <name>       simulator, or stripe: on Stripe's double alone (default: both, with a short lap on Stripe)
  --short             on Stripe's double: each accident of a short list once
  --markdown          write the table of accidents and operations to docs/chaos-table.md, if everything held
  --keep              keep the logs and the history of a run that passed

Exit code 0: everything held. 1: something is wrong, and the folder with the evidence is printed.`

/** `npm run chaos`: real processes, a real database and a bank of their own, broken at every step. @returns whether all held */
async function run(): Promise<boolean> {
  const values = readOptions(USAGE, {
    seed: { type: 'string' },
    rounds: { type: 'string' },
    only: { type: 'string', default: '' },
    bank: { type: 'string' },
    short: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    keep: { type: 'boolean' },
  })
  const { bank = values.only === '' ? 'both' : 'simulator', keep = false } = values
  if (!['both', 'simulator', 'stripe'].includes(bank)) refuseOption(`There is no bank "${bank}".`, USAGE)
  const isWanted = ({ id }: { id: string }) => values.only.split(',').some((prefix) => id.startsWith(prefix))
  const accidents = bank === 'stripe' ? [] : ACCIDENTS.filter(isWanted)
  // Once through every accident with every way to retry.
  const count =
    values.rounds === undefined ? accidents.length * 3 : readCount('--rounds', values.rounds, USAGE)
  const seed = values.seed === undefined ? randomInt(1_000_000) : readCount('--seed', values.seed, USAGE)
  print(bank === 'stripe' ? `seed ${seed}` : `seed ${seed}, ${count} rounds`)
  const began = performance.now()
  const wrong: string[] = []
  if (accidents.length > 0) {
    const installation = await Installation.open()
    const command = `npm run chaos -- --seed ${seed} --rounds ${count}${values.only && ` --only ${values.only}`} --markdown`
    const page = values.markdown ? (shown: Shown) => tablePage(shown, command, new Date()) : null
    const work = (history: History) => campaign(installation, history, { seed, count, accidents, page })
    wrong.push(...(await within(installation, keep, work)))
  }
  const losses = bank === 'stripe' ? [] : LOSSES.filter(isWanted)
  if (losses.length > 0) {
    const { installation, database } = await Installation.openForgetful()
    const work = (history: History) => forget(installation, database, history, { seed, losses })
    wrong.push(...(await within(installation, keep, work)))
  }
  if (bank !== 'simulator') {
    const stripe = await StripeBank.start(chance(seed + 1))
    const installation = await Installation.open(stripe)
    const plan = {
      seed,
      isWanted,
      whole: values.only === '',
      short: values.short || bank === 'both',
      count: bank === 'stripe' && values.rounds !== undefined ? count : null,
    }
    const work = (history: History) => lapOnStripe(installation, stripe, history, plan)
    wrong.push(...(await within(installation, keep, work)))
  }
  const verdict = wrong.length === 0 ? 'everything held' : `${wrong.length} failures`
  print(`${((performance.now() - began) / 1_000).toFixed(0)} s; ${verdict}`)
  return wrong.length === 0
}

/** Runs a campaign on an installation and closes it. @returns everything that is wrong, also with its end */
async function within(
  installation: Installation,
  keep: boolean,
  work: (history: History) => Promise<string[]>,
): Promise<string[]> {
  const history = new History(path.join(installation.home, 'history.jsonl'))
  const wrong = await work(history).catch((error: unknown) => [`the lab itself failed: ${String(error)}`])
  history.close()
  const codes = await installation.close()
  if (codes.some((code) => code !== 0))
    wrong.push(`a process did not end with exit code 0: ${codes.join(', ')}`)
  for (const line of wrong) printError(`✕ ${line}`)
  if (wrong.length > 0) printError(`the evidence is in ${installation.home}`)
  else if (!keep) fs.rmSync(installation.home, { recursive: true, force: true })
  return wrong
}

interface CampaignPlan {
  seed: number
  count: number
  accidents: readonly Accident[]
  /** Renders the page for `docs`; null: it is not wanted. */
  page: ((shown: Shown) => string) | null
}

async function campaign(
  installation: Installation,
  history: History,
  { seed, count, accidents, page }: CampaignPlan,
): Promise<string[]> {
  const dice = chance(seed)
  const playing = new Campaign(installation, dice, history, CARDS, await Program.open(installation, history))
  const source = rounds(dice, accidents, PLAYED)
  let kills = 0
  for (let round = 0; round < count; round++) {
    const next = source.next().value
    if (next.accident.kills) kills++
    await playing.play(next)
    if ((round + 1) % 50 === 0) print(`  ${round + 1} rounds`)
  }
  await playing.over()
  await playing.makeUp(() => neverStruck(installation, accidents, playing.aims))
  await installation.calm()
  for (const card of ['pm_card_visa', 'pm_card_declined']) await playing.buyUndisturbed(card)
  const deployFailures = await deploy(installation, playing)
  const quiet = await installation.quiet(QUIET_MS)
  await playing.replayAll()
  print(
    `${playing.purchases.length} purchases, ${playing.acts.length} keys of programs, ${history.tries.length} requests, ${kills} kill rounds`,
  )
  print(`happened: ${[...installation.seen].map(([id, times]) => `${id} ${times}`).join(', ')}`)
  print(
    `the bank: ${[...(await installation.bank.faults())].map(([fault, times]) => `${fault} ${times}`).join(', ')}`,
  )
  const { aims } = playing
  const shown = { accidents, aims, struck: await struckOf(installation, aims), history }
  for (const line of table(shown)) print(line)
  for (const line of await speeds(installation)) print(line)
  const wrong = [
    ...deployFailures,
    ...(quiet ? [] : ['a payment stayed in doubt']),
    ...(await neverStruck(installation, accidents, aims)).map(
      (encounter) => `${nameOf(encounter)} never happened (${encounter.accident.description})`,
    ),
    ...(await judge(installation, playing, history)),
  ]
  if (page && wrong.length === 0) fs.writeFileSync(inRoot('docs/chaos-table.md'), page(shown))
  return wrong
}

// Not `exitCode`: Node 20 may wait at its own end, for ever and busily, for a handle of a child that was killed.
process.exit((await run()) ? 0 : 1)
