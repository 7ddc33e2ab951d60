import type { Metadata } from 'next'
import { headers } from 'next/headers'
import Link from 'next/link'
import { callerFor } from '@/server/caller'
import { SiteBar } from '@/shop/frame/site-bar'
import { LINK } from '@/ui/nav'
import { orNotFound } from '../_trpc/or-not-found'
import { LabBench } from './_parts/lab-bench'

export const metadata: Metadata = { title: 'Fault lab', robots: { index: false } }

/** Rendered when it is asked for: it shows what goes on now. */
export const dynamic = 'force-dynamic'

/** The fault lab: real processes are broken while somebody pays. Live mode has none. */
export default async function LabPage() {
  const { lab, operator } = callerFor(new Headers(await headers()))
  const [initial, mayRun] = await Promise.all([
    orNotFound(lab.current()),
    operator.current().then(
      ({ role }) => role !== 'viewer',
      () => false,
    ),
  ])
  return (
    <>
      <SiteBar />
      <main id="content" className="mx-auto max-w-6xl px-4 py-12 sm:px-6">
        <header className="max-w-2xl">
          <h1 tabIndex={-1} className="font-semibold text-3xl tracking-tight">
            Fault lab
          </h1>
          <p className="mt-3 text-base text-ink-2 leading-7">
            Choose who presses Pay, what goes wrong, and where. The lab plays it on real processes: two web
            servers, two workers, PostgreSQL and a bank. Then it compares the bank’s own journal with the
            books.
          </p>
          <p className="mt-3 text-ink-3 text-ui">
            The lab has an installation of its own and touches nothing of this one. Its accidents are those of{' '}
            <code className="font-mono text-xs">npm run chaos</code>. How it works is on the page{' '}
            <Link prefetch={false} className={LINK} href="/learn">
              One key, one charge
            </Link>
            .
          </p>
          <noscript>
            <p className="mt-3 text-ui">
              The lab’s buttons need JavaScript. <code className="font-mono text-xs">npm run chaos</code> does
              not.
            </p>
          </noscript>
        </header>
        <LabBench initial={initial} mayRun={mayRun} firstSeed={randomSeed(initial.offer.seedMax)} />
      </main>
    </>
  )
}

const randomSeed = (max: number): number => Math.floor(Math.random() * (max + 1))
