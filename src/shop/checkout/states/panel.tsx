'use client'
import { type ReactNode, useEffect, useRef } from 'react'
import { buttonClass } from '@/ui/button'
import { Icon, type IconName, Spinner } from '@/ui/icon'

const KINDS: Record<'working' | 'waiting' | 'paid', { icon: IconName | null; className: string }> = {
  working: { icon: null, className: 'bg-accent-soft text-link' },
  waiting: { icon: 'info', className: 'bg-muted text-ink-2' },
  paid: { icon: 'check', className: 'bg-ok-soft text-ok' },
}

/** A view in place of the form. Focus moves to its heading, and its text is announced. */
export function Panel({
  kind,
  title,
  documentTitle,
  children,
}: {
  kind: keyof typeof KINDS
  title: ReactNode
  documentTitle: string
  children: ReactNode
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus()
    document.title = documentTitle
  }, [documentTitle])
  const { icon, className } = KINDS[kind]
  return (
    <section className="rounded-lg border border-line bg-surface px-6 py-10 text-center shadow-card sm:px-10">
      <span className={`mx-auto mb-5 flex size-12 items-center justify-center rounded-full ${className}`}>
        {icon ? <Icon name={icon} size={22} /> : <Spinner size={22} />}
      </span>
      <h1 ref={heading} tabIndex={-1} className="font-semibold text-xl">
        {title}
      </h1>
      <div
        role="status"
        className="mx-auto mt-3 flex max-w-[46ch] flex-col items-center gap-3 text-balance text-ink-2 text-sm"
      >
        {children}
      </div>
    </section>
  )
}

export function PanelLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} className={buttonClass('secondary', 'lg', 'mt-3')}>
      {children}
    </a>
  )
}
