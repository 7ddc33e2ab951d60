import { cx } from './cx'

export interface ContentsEntry {
  /** The section's `id`. */
  id: string
  title: string
}

/** Table of contents: links to the sections, above them on a phone, beside them from 1024 px. */
export function Contents({
  places,
  label = 'On this page',
  className,
}: {
  places: readonly ContentsEntry[]
  label?: string
  className?: string
}) {
  return (
    <nav aria-label={label} className={cx('lg:sticky lg:top-8', className)}>
      <p className="mb-2 font-medium text-ink-3 text-xs">On this page</p>
      <ul className="flex flex-wrap gap-x-4 text-ui lg:flex-col lg:border-line lg:border-s">
        {places.map(({ id, title }) => (
          <li key={id}>
            <a
              href={`#${id}`}
              className="inline-block py-1 text-ink-2 underline decoration-line underline-offset-4 hover:text-ink hover:decoration-ink-3 lg:ps-4 lg:no-underline"
            >
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
