import type { ReactNode } from 'react'

/** An empty list: one sentence of explanation, and one action. */
export function EmptyState({
  title,
  children,
  action,
}: {
  title: ReactNode
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span aria-hidden="true" className="mb-4 flex gap-1.5 text-line">
        <span className="size-2.5 rounded-full bg-current" />
        <span className="size-2.5 rounded-full border-2 border-current" />
        <span className="size-2.5 rounded-full border-2 border-current" />
      </span>
      <p className="font-medium text-sm">{title}</p>
      {children && <div className="mt-1 max-w-[44ch] text-ink-3 text-ui">{children}</div>}
      {action && <div className="mt-5">{action}</div>}
    </div>
  )
}
