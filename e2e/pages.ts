import fs from 'node:fs'
import { inRoot } from '@/setup/process/project-root'

/** Pages without a page file of their own: unknown addresses, and the bank's. */
const ALSO = ['/nothing-here', '/dashboard/payments/pay_nothing', '/api/bank/challenges/any']

/** Every page, found by its file: `/dashboard/payments/[id]`. New pages are included automatically. */
export function pagePatterns(): string[] {
  const app = filesIn('src/app')
    .filter((file) => /(^|\/)page\.tsx$/.test(file))
    .map((file) => file.replace(/\/?page\.tsx$/, ''))
  const pages = filesIn('src/pages')
    .filter((file) => /\.tsx$/.test(file) && !/(^|\/)_/.test(file))
    .map((file) => file.replace(/(\/?index)?\.tsx$/, ''))
  const addresses = [...app, ...pages].map((file) =>
    `/${file.replaceAll(/\([\w-]+\)\/?/g, '')}`.replace(/(.)\/$/, '$1'),
  )
  return [...new Set([...addresses, ...ALSO])].sort()
}

/** The patterns as addresses. Throws for a `[part]` without a value here: add one. */
export function addressesOf(patterns: string[], parts: Record<string, string>): string[] {
  return patterns.map((pattern) => {
    const address = pattern.replaceAll(/\/([^/]+)\/\[\w+\]/g, (whole, before: string) =>
      parts[before] ? `/${before}/${parts[before]}` : whole,
    )
    if (address.includes('[')) throw new Error(`No test knows how to open ${pattern}.`)
    return address
  })
}

function filesIn(folder: string): string[] {
  return fs.readdirSync(inRoot(folder), { recursive: true, encoding: 'utf8' })
}
