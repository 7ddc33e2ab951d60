import { parseArgs } from 'node:util'
import { readSetupEnv } from '@/platform/env'
import { onStopRequest } from '@/server/stop-request'
import { startLabBank } from './server'

/**
 * The bank as a process of its own: `DATABASE_URL=… node --import tsx lab/bank/main.ts [--port 4000] [--journal bank.jsonl]`.
 * Its address is the line `bank http://127.0.0.1:…`, and a message to the one who started it.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '0' }, journal: { type: 'string' } },
  })
  const { DATABASE_URL: databaseUrl } = readSetupEnv()
  if (!databaseUrl)
    throw new Error('The bank needs DATABASE_URL: a migrated database, of its own or the product’s.')
  const bank = await startLabBank({ databaseUrl, port: Number(values.port), journal: values.journal })
  onStopRequest(() => void bank.close().then(() => process.exit(0)))
  process.stdout.write(`bank ${bank.url}\n`)
  process.send?.({ type: 'ready', url: bank.url })
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
