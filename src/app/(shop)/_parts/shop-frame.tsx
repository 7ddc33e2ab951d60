import type { ReactNode } from 'react'
import { Icon } from '@/ui/icon'
import { LINK, SkipLink } from '@/ui/nav'
import { Verbatim } from '@/ui/verbatim'

/** What the frame says. */
interface FrameWords {
  skip: string
  secure: string
  once: string
  help: string
}

const ENGLISH: FrameWords = {
  skip: 'Skip to the content',
  secure: 'Secure checkout',
  once: 'Payments by Payonce: charged exactly once.',
  help: 'Help',
}

interface Props {
  merchantName: string
  words?: FrameWords
  /** To other languages of this page. */
  languages?: ReactNode
  children: ReactNode
}

/** The frame round checkout and receipt: the shop's name, and nothing that leads away from paying. */
export function ShopFrame({ merchantName, words = ENGLISH, languages, children }: Props) {
  return (
    <div className="mx-auto flex min-h-dvh max-w-4xl flex-col px-4 sm:px-6">
      <SkipLink>{words.skip}</SkipLink>
      <header className="flex items-center justify-between gap-4 py-5 print:hidden">
        <p className="min-w-0 break-words font-semibold text-[0.9375rem] tracking-tight">
          <Verbatim>{merchantName}</Verbatim>
        </p>
        <p className="flex shrink-0 items-center gap-1.5 text-ink-3 text-ui">
          <Icon name="lock" size={14} /> {words.secure}
        </p>
      </header>
      <main id="content" className="flex-1 pb-12">
        {children}
      </main>
      <footer className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-line border-t py-5 text-ink-3 text-ui print:hidden">
        <span>{words.once}</span>
        <span className="flex items-center gap-4">
          {languages}
          <a className={LINK} href="/docs" hrefLang="en">
            {words.help}
          </a>
        </span>
      </footer>
    </div>
  )
}
