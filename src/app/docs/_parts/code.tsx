import { cx } from '@/ui/cx'

/** Lines for a terminal, or what they print. Long ones scroll by themselves, also with the keyboard. */
export function Code({ text, label, quiet = false }: { text: string; label: string; quiet?: boolean }) {
  return (
    <pre
      tabIndex={0}
      aria-label={label}
      className={cx(
        'mt-2 overflow-x-auto rounded-lg border border-line px-3.5 py-2.5 font-mono text-xs leading-5',
        quiet ? 'text-ink-3' : 'bg-muted text-ink',
      )}
    >
      {text}
    </pre>
  )
}
