import type { ReactNode } from 'react'
import { Icon } from '@/ui/icon'
import { LINK, SkipLink } from '@/ui/nav'

/** The frame round checkout and receipt: the shop's name, and nothing that leads away from paying. */
export function ShopFrame({ merchantName, children }: { merchantName: string; children: ReactNode }) {
  return (
    <div className="mx-auto flex min-h-dvh max-w-4xl flex-col px-4 sm:px-6">
      <SkipLink />
      <header className="flex items-center justify-between gap-4 py-5 print:hidden">
        <p className="min-w-0 break-words font-semibold text-[0.9375rem] tracking-tight">{merchantName}</p>
        <p className="flex shrink-0 items-center gap-1.5 text-ink-3 text-ui">
          <Icon name="lock" size={14} /> Secure checkout
        </p>
      </header>
      <main id="content" className="flex-1 pb-12">
        {children}
      </main>
      <footer className="flex flex-wrap justify-between gap-x-6 gap-y-2 border-line border-t py-5 text-ink-3 text-ui print:hidden">
        <span>Payments by Payonce: charged exactly once.</span>
        <a className={LINK} href="/docs">
          Help
        </a>
      </footer>
    </div>
  )
}
