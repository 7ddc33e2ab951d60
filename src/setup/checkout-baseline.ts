import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { inRoot } from './process/project-root'

/**
 * Writes the hashes of the checkout's scripts beside the build, for the job that compares what browsers get
 * (PCI DSS 11.6.1). The inline ones come from the inventory that people read, docs/checkout-scripts.json.
 */
export function writeCheckoutBaseline(): void {
  const inventory = JSON.parse(fs.readFileSync(inRoot('docs/checkout-scripts.json'), 'utf8')) as {
    script: string
  }[]
  const inline = inventory.flatMap(({ script }) => /^inline sha256-(.+)$/.exec(script)?.[1] ?? [])
  const script = fs.readFileSync(inRoot('.next/server/app/checkout.js.body'))
  const files = { '/checkout.js': createHash('sha256').update(script).digest('base64') }
  fs.writeFileSync(inRoot('dist/checkout-baseline.json'), `${JSON.stringify({ inline, files }, null, 2)}\n`)
}
