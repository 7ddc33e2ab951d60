import { parseArgs } from 'node:util'
import { simulate } from './run'

/** One process of a campaign: plays plans, and prints its result as one line of JSON. Exit code 1: a law was broken. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '10' },
    payments: { type: 'string', default: '0' },
    path: { type: 'string' },
  },
})
const { seed, seconds, payments, path } = values
const campaign = await simulate({
  seed: Number(seed),
  seconds: Number(seconds),
  payments: Number(payments),
  ...(path === undefined ? {} : { path }),
})
process.stdout.write(`${JSON.stringify(campaign)}\n`)
process.exitCode = campaign.failure === null ? 0 : 1
