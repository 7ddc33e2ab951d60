import type { ReactNode } from 'react'
import { cx } from '@/ui/cx'
import { GALLERY_SECTIONS, type GallerySectionId } from './sections'

/** A section of the gallery, with an address of its own. */
export function Section({
  id,
  note,
  children,
}: {
  id: GallerySectionId
  note: ReactNode
  children: ReactNode
}) {
  const title = GALLERY_SECTIONS.find((place) => place.id === id)?.title
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="scroll-mt-6">
      <h2 id={`${id}-title`} className="font-semibold text-lg">
        <a
          href={`#${id}`}
          className="text-ink no-underline hover:underline hover:decoration-ink-3 hover:underline-offset-4"
        >
          {title}
        </a>
      </h2>
      <p className="mt-1 max-w-[70ch] text-ink-3 text-ui">{note}</p>
      <div className="mt-5 flex flex-col gap-6">{children}</div>
    </section>
  )
}

/**
 * States of one component, on its usual background.
 * @param name the component's name in the code
 * @param flush the component reaches the edges, as in a card
 */
export function Show({
  name,
  flush = false,
  className,
  children,
}: {
  name: string
  flush?: boolean
  className?: string
  children: ReactNode
}) {
  return (
    <figure className="min-w-0">
      <figcaption className="mb-2 font-mono text-ink-3 text-xs">{name}</figcaption>
      <div
        className={cx(
          'overflow-hidden rounded-lg border border-line bg-surface',
          flush ? null : 'p-4 sm:p-5',
          className,
        )}
      >
        {children}
      </div>
    </figure>
  )
}

/** One state with its name. */
export function State({
  name,
  className,
  children,
}: {
  name: string
  className?: string
  children: ReactNode
}) {
  return (
    <div className={cx('flex min-w-0 flex-col items-start gap-1.5', className)}>
      {children}
      <span className="text-2xs text-ink-3">{name}</span>
    </div>
  )
}

/** A wrapping row of states. */
export function Row({ className, children }: { className?: string; children: ReactNode }) {
  return <div className={cx('flex flex-wrap items-end gap-x-6 gap-y-5', className)}>{children}</div>
}
