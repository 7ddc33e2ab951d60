import type { ReactNode } from 'react'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'

/** Each filter that is set, as a button that removes it. Nothing where none is. */
export function FilterChips<Name extends string>({
  names,
  textOf,
  onRemove,
  onClear,
}: {
  names: readonly Name[]
  textOf(name: Name): ReactNode
  onRemove(name: Name): void
  onClear(): void
}) {
  if (names.length === 0) return null
  return (
    <div className="flex flex-wrap items-center gap-2">
      {names.map((name) => (
        <button
          key={name}
          type="button"
          onClick={() => onRemove(name)}
          className="inline-flex h-7 max-w-full items-center gap-1.5 rounded-full border border-line bg-surface pr-2 pl-3 text-ui hover:bg-muted"
        >
          <span className="sr-only">Remove filter </span>
          <span className="truncate">{textOf(name)}</span>
          <Icon name="close" size={12} className="shrink-0 text-ink-3" />
        </button>
      ))}
      <Button variant="ghost" size="sm" onClick={onClear}>
        Remove all
      </Button>
    </div>
  )
}
