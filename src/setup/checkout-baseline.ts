import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { inRoot } from './process/project-root'

/** Without and with Stripe's card fields: a page loads one of them. */
const SCRIPTS = ['/checkout.js', '/checkout-stripe.js']

/**
 * Writes the hashes of the checkout's scripts beside the build, for the job that compares what browsers get
 * (PCI DSS 11.6.1). The inline ones come from the inventory that people read, docs/checkout-scripts.json.
 */
export function writeCheckoutBaseline(): void {
  const inventory = JSON.parse(fs.readFileSync(inRoot('docs/checkout-scripts.json'), 'utf8')) as {
    script: string
  }[]
  const inline = inventory.flatMap(({ script }) => /^inline sha256-(.+)$/.exec(script)?.[1] ?? [])
  const files = Object.fromEntries(
    SCRIPTS.map((script) => [script, hashOf(`.next/server/app${script}.body`)]),
  )
  fs.writeFileSync(inRoot('dist/checkout-baseline.json'), `${JSON.stringify({ inline, files }, null, 2)}\n`)
}

function hashOf(file: string): string {
  return createHash('sha256')
    .update(fs.readFileSync(inRoot(file)))
    .digest('base64')
}
