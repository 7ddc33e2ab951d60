import { cx } from './cx'

/** A placeholder in the final size of its content. Shown after 150 ms, so that fast content never flickers. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        'block animate-pulse-soft rounded-sm bg-muted forced-colors:border',
        className ?? 'h-4 w-full',
      )}
    />
  )
}

/** Placeholder rows of a list. */
export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  return (
    <div role="status" className="divide-y divide-line">
      <span className="sr-only">Loading…</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no other identity
        <div key={row} className="flex items-center gap-4 px-4 py-3 sm:px-5">
          <Skeleton className="h-4 w-20" />
          <Skeleton className="h-4 w-16" />
          <Skeleton className="hidden h-4 flex-1 sm:block" />
          <Skeleton className="ms-auto h-4 w-24" />
        </div>
      ))}
    </div>
  )
}
