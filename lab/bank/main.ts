import { readSetupEnv } from '@/platform/env'
import { onStopRequest } from '@/server/stop-request'
import { readCount, readOptions } from '@/setup/process/command-line'
import { startLabBank } from './server'

const USAGE = `Usage: DATABASE_URL=… node --import tsx lab/bank/main.ts [options]

The simulated bank as a server of its own, which misbehaves to order (POST /lab/faults).

  --port <number>    the port to listen on (default: a free one)
  --journal <file>   where to write each charge and refund that really happened`

/** The lab's bank as a process. It prints the line `bank http://127.0.0.1:…`, and sends its address to its parent process. */
async function main(): Promise<void> {
  const values = readOptions(USAGE, {
    port: { type: 'string', default: '0' },
    journal: { type: 'string' },
  })
  const { DATABASE_URL: databaseUrl } = readSetupEnv()
  if (!databaseUrl)
    throw new Error('Set DATABASE_URL to a migrated database: the product’s, or one for the bank alone.')
  const bank = await startLabBank({
    databaseUrl,
    port: readCount('--port', values.port, USAGE),
    journal: values.journal,
  })
  onStopRequest(() => void bank.close().then(() => process.exit(0)))
  process.stdout.write(`bank ${bank.url}\n`)
  process.send?.({ type: 'ready', url: bank.url })
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
