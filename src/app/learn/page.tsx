import type { Metadata } from 'next'
import Link from 'next/link'
import { apiDocument } from '@/app/docs/api/_parts/document'
import { SiteBar } from '@/shop/frame/site-bar'
import { LINK } from '@/ui/nav'
import { caller } from '../_trpc/caller'
import { LiveLesson } from './_parts/live-lesson'
import { SourceCode } from './_parts/source-code'

export const metadata: Metadata = { title: 'Learn' }

/** Rendered when it is asked for: its commands name this installation. */
export const dynamic = 'force-dynamic'

/** The subject, live: a naive and a safe handler under the same presses. Everything runs in the reader's browser. */
export default async function LearnPage() {
  const [{ url }] = (await apiDocument()).servers
  const { sandbox } = await (await caller()).installation.current()
  return (
    <>
      <SiteBar />
      <main id="content" className="mx-auto max-w-6xl px-4 py-12 sm:px-6">
        <header className="max-w-2xl">
          <h1 tabIndex={-1} className="font-semibold text-3xl tracking-tight">
            One key, one charge
          </h1>
          <p className="mt-3 text-base text-ink-2 leading-7">
            Press Pay five times, lose an answer, kill the server, and watch two counters. The naive handler
            charges whenever it is asked. The safe one is this product’s own engine.
          </p>
          <p className="mt-3 text-ink-3 text-ui">
            All of it runs in your browser: nothing is sent, and no money moves. The engine is built from the
            files that the server runs, with its store in memory instead of PostgreSQL. Each handler has a
            small bank of its own, which counts what it charges. Where a bank knows nothing of a key, the
            restarted server charges under it; the product withdraws the request instead, since real banks
            forget keys. The{' '}
            <Link prefetch={false} className={LINK} href="/docs">
              docs
            </Link>{' '}
            and the{' '}
            <Link prefetch={false} className={LINK} href="/">
              test shop
            </Link>{' '}
            show the same on the real thing.
            {sandbox && (
              <>
                {' '}
                The{' '}
                <Link prefetch={false} className={LINK} href="/lab">
                  fault lab
                </Link>{' '}
                breaks real servers, a real database and a bank.
              </>
            )}
          </p>
          <noscript>
            <p className="mt-3 text-ui">
              The buttons need JavaScript. The code and the commands below do not.
            </p>
          </noscript>
        </header>
        <div className="mt-10 grid gap-10 lg:grid-cols-[minmax(0,1fr)_22rem] lg:gap-x-12">
          <LiveLesson url={url} code={CODE} />
        </div>
      </main>
    </>
  )
}

const CODE = {
  store: (
    <SourceCode
      of={[
        { file: 'src/idempotency/stores/memory.ts', name: 'claim' },
        { file: 'src/idempotency/stores/memory.ts', name: 'commit' },
      ]}
    />
  ),
  key: (
    <SourceCode
      of={[
        { file: 'src/idempotency/core/fingerprint.ts', name: 'recordId' },
        { file: 'src/idempotency/core/fingerprint.ts', name: 'subjectIdOf' },
      ]}
    />
  ),
  steps: (
    <SourceCode
      of={[
        { file: 'src/app/learn/_model/naive-payment.ts', name: 'payNaively' },
        { file: 'src/app/learn/_model/safe-payment.ts', name: 'safePayment' },
        { file: 'src/idempotency/core/record.ts', name: 'decide' },
      ]}
    />
  ),
  result: <SourceCode of={[{ file: 'src/idempotency/core/run.ts', name: 'readAndAct' }]} />,
}
