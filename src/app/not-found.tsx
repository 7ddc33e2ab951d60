import type { Metadata } from 'next'
import Link from 'next/link'
import { buttonClass } from '@/ui/button'
import { SiteBar } from './(shop)/_parts/site-bar'

export const metadata: Metadata = { title: 'Not found' }

/** Says no more than that there is nothing: what does not exist and what is not yours look alike. */
export default function NotFound() {
  return (
    <>
      <SiteBar />
      <main id="content" className="mx-auto max-w-5xl px-4 py-16 sm:px-6 sm:py-24">
        <p className="font-mono text-ink-3 text-ui">404</p>
        <h1 className="mt-2 font-semibold text-2xl">There is nothing here</h1>
        <p className="mt-2 text-ink-2">The address may be mistyped, or what it led to is not there any more.</p>
        <p className="mt-6">
          <Link prefetch={false} href="/" className={buttonClass('secondary')}>
            To the shop
          </Link>
        </p>
      </main>
    </>
  )
}
