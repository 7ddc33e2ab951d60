import { randomInt } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { print, printError } from '@/setup/process/console'
import { ACCIDENTS, type Accident } from './accidents'
import { deploy } from './deployment'
import { History } from './history'
import { Installation } from './installation'
import { judge, unseen } from './judge'
import { chance } from './random'
import { Campaign, rounds } from './rounds'
import { speeds } from './speeds'

/** How long it may take until nothing is in doubt any more, once all is as it should be: a lease, the bank's own time, and some looks. */
const QUIET_MS = 90_000

/** `npm run chaos`: real processes, a real database and a bank of its own, broken at every step. @returns whether all held */
async function run(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      rounds: { type: 'string' },
      only: { type: 'string', default: '' },
      keep: { type: 'boolean' },
    },
  })
  const accidents = ACCIDENTS.filter(({ id }) => id.startsWith(values.only))
  // One lap plays each accident with each way to go on.
  const count = Number(values.rounds ?? accidents.length * 3)
  const seed = values.seed === undefined ? randomInt(1_000_000) : Number(values.seed)
  print(`seed ${seed}, ${count} rounds`)
  const installation = await Installation.open()
  const history = new History(path.join(installation.home, 'history.jsonl'))
  const began = performance.now()
  const wrong = await campaign(installation, history, { seed, count, accidents }).catch((error: unknown) => [
    `the laboratory itself failed: ${String(error)}`,
  ])
  history.close()
  const codes = await installation.close()
  if (codes.some((code) => code !== 0)) wrong.push(`a process did not end well: ${codes.join(', ')}`)
  for (const line of wrong) printError(`✕ ${line}`)
  print(
    `${((performance.now() - began) / 1_000).toFixed(0)} s; ${wrong.length === 0 ? 'everything held' : `${wrong.length} things are wrong; see ${installation.home}`}`,
  )
  if (wrong.length === 0 && !values.keep) fs.rmSync(installation.home, { recursive: true, force: true })
  return wrong.length === 0
}

interface CampaignPlan {
  seed: number
  count: number
  accidents: readonly Accident[]
}

async function campaign(
  installation: Installation,
  history: History,
  { seed, count, accidents }: CampaignPlan,
): Promise<string[]> {
  const dice = chance(seed)
  const playing = new Campaign(installation, dice, history)
  const source = rounds(dice, accidents)
  let kills = 0
  for (let round = 0; round < count; round++) {
    const next = source.next().value
    if (next.accident.kills) kills++
    await playing.play(next)
    if ((round + 1) % 50 === 0) print(`  ${round + 1} rounds`)
  }
  await playing.over()
  await makeUp(installation, playing, accidents)
  await installation.calm()
  for (const card of ['pm_card_visa', 'pm_card_declined']) await playing.buyInPeace(card)
  const undeployed = await deploy(installation, playing)
  const quiet = await installation.quiet(QUIET_MS)
  await playing.askEverybodyAgain()
  print(`${playing.purchases.length} purchases, ${history.tries.length} requests, ${kills} kill rounds`)
  print(`happened: ${[...installation.seen].map(([id, times]) => `${id} ${times}`).join(', ')}`)
  print(
    `the bank: ${[...(await installation.bank.faults())].map(([fault, times]) => `${fault} ${times}`).join(', ')}`,
  )
  for (const line of await speeds(installation)) print(line)
  return [
    ...undeployed,
    ...(quiet ? [] : ['something stayed in doubt']),
    ...(await judge(installation, playing, history, accidents)),
  ]
}

/** Some accidents miss: the card was declined, or the bank was killed before it could err. They get another chance; the judge wants each once. */
async function makeUp(
  installation: Installation,
  playing: Campaign,
  accidents: readonly Accident[],
): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    const missed = await unseen(installation, accidents)
    if (missed.length === 0) return
    for (const accident of missed) await playing.play({ accident, retry: 'same' })
    await playing.over()
  }
}

process.exitCode = (await run()) ? 0 : 1
