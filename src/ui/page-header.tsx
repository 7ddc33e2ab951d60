import type { ReactNode } from 'react'

/** A page's title, note and actions. The `h1` can take focus, for navigation inside the app. */
export function PageHeader({
  title,
  note,
  actions,
  back,
  level = 1,
}: {
  title: ReactNode
  note?: ReactNode
  actions?: ReactNode
  back?: ReactNode
  level?: 1 | 3
}) {
  const Heading = level === 1 ? 'h1' : 'h3'
  return (
    <header className="mb-6">
      {back && <div className="mb-2 text-ink-3 text-ui">{back}</div>}
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <Heading tabIndex={-1} className="font-semibold text-xl leading-7">
            {title}
          </Heading>
          {note && <p className="mt-0.5 max-w-[70ch] text-ink-3 text-sm">{note}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </header>
  )
}
