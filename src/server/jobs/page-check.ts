import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { merchantsOf } from '@/access/merchant'
import { showId } from '@/lib/id'
import { rows, sql } from '@/platform/db'
import { modeServed } from '@/platform/env'
import type { Core } from '../core'
import { commonHeaders, pagePolicy } from '../security-headers'

/** Hashes of the checkout's scripts as our build made them (`setup/checkout-baseline.ts`), base64 SHA-256. */
const baselineFile = z.strictObject({ inline: z.array(z.string()), files: z.record(z.string(), z.string()) })
export type CheckoutBaseline = z.infer<typeof baselineFile>

/** The script of the checkout where cards are typed into Stripe's fields, and of any other one. The build makes both. */
const SCRIPTS = { stripe: '/checkout-stripe.js', other: '/checkout.js' }

/** Written by the build. */
const BASELINE_FILE = path.join(process.cwd(), 'dist/checkout-baseline.json')
/** 10 s: longer than a page of ours takes on any day on which it can be paid on. */
const FETCH_MS = 10_000

/** @throws when the build left no baseline: then nothing can be said, which is reported like a change */
export function readBaseline(file: string): CheckoutBaseline {
  return baselineFile.parse(JSON.parse(fs.readFileSync(file, 'utf8')))
}

/**
 * Fetches a checkout as a browser would, from where browsers reach it, so that a change on the way (a proxy, a
 * CDN) is seen too. @param stripe the page may load Stripe's fields. @param script it does, as the order's merchant has an account there
 * @returns what differs from the baseline, in sentences; empty when all is as built
 * @throws Unreachable
 */
export async function differences(
  url: string,
  baseline: CheckoutBaseline,
  { stripe, script = stripe }: { stripe: boolean; script?: boolean } = { stripe: false },
): Promise<string[]> {
  const page = await open(url)
  const html = await page.text()
  if (page.status !== 200) return [`the checkout answers ${page.status}`]
  const nonce = /'nonce-([^']+)'/.exec(page.headers.get('content-security-policy') ?? '')?.[1] ?? ''
  return [
    ...changedHeaders(page.headers, { url, nonce, stripe }),
    ...changedInline(html, baseline.inline),
    ...(await changedFiles(html, url, filesOf(baseline, script))),
  ]
}

/** The checkout could not be reached, which is not the same as changed: whether we are up is watched by other means. */
export class Unreachable extends Error {}

/** A redirect is an answer: one that leads the shopper elsewhere. @throws Unreachable also for 5xx, as while a server starts */
async function open(url: string): Promise<Response> {
  const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(FETCH_MS) }).catch(
    (error: unknown) => {
      throw new Unreachable(`${url} does not answer`, { cause: error })
    },
  )
  if (answer.status >= 500) throw new Unreachable(`${url} answers ${answer.status}`)
  return answer
}

/** Job of the worker: opens any checkout, at the address that browsers use. @throws Error that names every difference */
export async function checkCheckout({
  db,
  env,
  log,
  stripe,
  ownAccounts,
}: Pick<Core, 'db' | 'env' | 'log' | 'stripe' | 'ownAccounts'>): Promise<number> {
  // `next dev` and tests have no build to compare with.
  if (env.NODE_ENV !== 'production') return 0
  const [order] = await rows(
    db,
    z.object({ id: z.uuid(), merchantId: z.uuid() }),
    sql`SELECT id, merchant_id AS "merchantId" FROM orders WHERE ${merchantsOf(modeServed(env))} LIMIT 1`,
  )
  if (!order) return 0
  const account = (await ownAccounts.currentOf(order.merchantId)) ?? stripe[0]
  const url = `${env.baseUrl}/checkout/${showId('ord', order.id)}`
  const found = await differences(url, readBaseline(BASELINE_FILE), {
    stripe: ownAccounts.showsCardFields(),
    script: account?.publishableKey != null,
  }).catch((error: unknown) => {
    if (!(error instanceof Unreachable)) throw error
    log.warn({ err: error }, 'the checkout could not be reached to compare it with the build')
    return null
  })
  if (found === null) return 0
  if (found.length > 0) throw new Error(`The checkout differs from what was built: ${found.join('; ')}`)
  return 1
}

/** The files that this page must have: it loads one of the two scripts. */
function filesOf({ files }: CheckoutBaseline, stripe: boolean): Record<string, string> {
  const other = stripe ? SCRIPTS.other : SCRIPTS.stripe
  return Object.fromEntries(Object.entries(files).filter(([place]) => place !== other))
}

function changedHeaders(
  headers: Headers,
  { url, nonce, stripe }: { url: string; nonce: string; stripe: boolean },
): string[] {
  const secure = url.startsWith('https:')
  const expected = {
    ...commonHeaders({ secure }),
    'Content-Security-Policy': pagePolicy(nonce, { secure, development: false, stripe }),
    'Cache-Control': 'private, no-store',
  }
  return Object.entries(expected)
    .filter(([name, value]) => headers.get(name) !== value)
    .map(([name]) => `header ${name} ${headers.has(name) ? 'differs' : 'is missing'}`)
}

interface Script {
  src: string | null
  text: string
}

/** Scripts that a browser runs: not data blocks. Our own page writes them plainly; anything else does not match. */
function scriptsOf(html: string): Script[] {
  return [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)(?:<\/script|$)/gi)]
    .filter(([, attributes = '']) => !/(^|\s)type="application\/json"(\s|$)/.test(attributes))
    .map(([, attributes = '', text = '']) => ({
      src: /\bsrc\s*=\s*["']?([^"'\s>]+)/i.exec(attributes)?.[1] ?? null,
      text,
    }))
}

function changedInline(html: string, expected: readonly string[]): string[] {
  const found = scriptsOf(html)
    .filter(({ src }) => src === null)
    .map(({ text }) => sha256(text))
  return [
    ...found
      .filter((hash) => !expected.includes(hash))
      .map((hash) => `inline script sha256-${hash} is not ours`),
    ...expected
      .filter((hash) => !found.includes(hash))
      .map((hash) => `inline script sha256-${hash} is missing`),
  ]
}

async function changedFiles(html: string, url: string, expected: Record<string, string>): Promise<string[]> {
  const found = scriptsOf(html).flatMap(({ src }) =>
    src === null ? [] : [new URL(src.replaceAll('&amp;', '&'), url)],
  )
  const { origin } = new URL(url)
  const changes = await Promise.all(
    found.map(async (script) => {
      const hash = script.origin === origin ? expected[script.pathname] : undefined
      const place = `${script.origin}${script.pathname}`
      if (hash === undefined) return [`script ${place} is not in the baseline`]
      const answer = await open(script.href)
      return answer.ok && sha256(await answer.text()) === hash ? [] : [`script ${place} has other content`]
    }),
  )
  const paths = found.map(({ pathname }) => pathname)
  const missing = Object.keys(expected).filter((path) => !paths.includes(path))
  return [...changes.flat(), ...missing.map((path) => `script ${path} is missing`)]
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
