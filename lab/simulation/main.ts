import { parseArgs } from 'node:util'
import { simulate } from './run'

/** One process of a campaign: plays plans, and prints what it has played so far, and at the end its result, as lines of JSON. Exit code 1: a law was broken. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '10' },
    payments: { type: 'string', default: '0' },
    plans: { type: 'string' },
    path: { type: 'string' },
  },
})
const { seed, seconds, payments, plans, path } = values
const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
const campaign = await simulate(
  {
    seed: Number(seed),
    seconds: Number(seconds),
    payments: Number(payments),
    ...(plans === undefined ? {} : { plans: Number(plans) }),
    ...(path === undefined ? {} : { path }),
  },
  print,
)
print(campaign)
process.exitCode = campaign.failure === null ? 0 : 1
