import { onStopRequest } from '@/server/stop-request'
import { readCount, readOptions } from '@/setup/process/command-line'
import { EventSender } from './event-sender'
import { startStripeDouble } from './server'

const USAGE = `Usage: node --import tsx lab/stripe-double/main.ts [options]

Stripe's double as a server of its own, on this machine alone. It keeps its account in memory.

  --port <number>    the port to listen on (default: a free one)`

/** The double as a process: `npm start -- --stripe-double` runs it beside the product, and waits for its message. */
async function main(): Promise<void> {
  const { port } = readOptions(USAGE, { port: { type: 'string', default: '0' } })
  const double = await startStripeDouble(readCount('--port', port, USAGE))
  onStopRequest(() => void double.close().then(() => process.exit(0)))
  process.stdout.write(`stripe ${double.url}\n`)
  process.on('message', (message) => {
    const target = (message as { sendEventsTo?: { to: string; secret: string } }).sendEventsTo
    if (target) new EventSender({ events: double.account.events, ...target, atOnce: true })
  })
  process.send?.({ type: 'ready', url: double.url })
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
