'use client'
import { type ReactNode, useEffect, useRef } from 'react'
import { Icon, Spinner } from '@/ui/icon'

/** A view that takes the form's place. Focus goes to its heading, and its words are announced. */
export function Panel({
  kind,
  title,
  documentTitle,
  children,
}: {
  kind: 'working' | 'paid'
  title: string
  documentTitle: string
  children: ReactNode
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus()
    document.title = documentTitle
  }, [documentTitle])
  return (
    <section className="rounded-lg border border-line bg-surface px-6 py-10 text-center shadow-card sm:px-10">
      <span className="mx-auto mb-5 flex size-12 items-center justify-center rounded-full bg-accent-soft text-link">
        {kind === 'working' ? <Spinner size={22} /> : <Icon name="check" size={22} />}
      </span>
      <h1 ref={heading} tabIndex={-1} className="font-semibold text-xl">
        {title}
      </h1>
      <div role="status" className="mx-auto mt-3 flex max-w-[46ch] flex-col gap-3 text-balance text-ink-2 text-sm">
        {children}
      </div>
    </section>
  )
}
