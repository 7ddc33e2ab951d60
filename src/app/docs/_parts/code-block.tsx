import { cx } from '@/ui/cx'

/**
 * Commands for a terminal, or their output. Long lines wrap instead of scrolling, so nothing is hidden on a phone or from the keyboard.
 * @param quiet for output
 */
export function CodeBlock({ text, quiet = false }: { text: string; quiet?: boolean }) {
  return (
    <pre
      className={cx(
        'mt-2 whitespace-pre-wrap rounded-lg border border-line px-3.5 py-2.5 font-mono text-xs leading-5 [overflow-wrap:anywhere]',
        quiet ? 'text-ink-3' : 'bg-muted text-ink',
      )}
    >
      {text}
    </pre>
  )
}
