import { cx } from '@/ui/cx'
import { CopyButton } from './copy-button'

/**
 * Commands for a terminal, or their output. Long lines wrap instead of scrolling, so nothing is hidden on a phone or from the keyboard.
 * @param quiet for output
 * @param copy name of what the button copies; without it there is no button
 */
export function CodeBlock({ text, quiet = false, copy }: { text: string; quiet?: boolean; copy?: string }) {
  return (
    <div className="relative mt-2">
      <pre
        className={cx(
          'whitespace-pre-wrap rounded-lg border border-line px-3.5 py-2.5 font-mono text-xs leading-5 [overflow-wrap:anywhere]',
          quiet ? 'text-ink-3' : 'bg-muted text-ink',
          copy && 'pt-11',
        )}
      >
        {text}
      </pre>
      {copy && (
        <div className="absolute end-2 top-2">
          <CopyButton text={text} what={copy} />
        </div>
      )}
    </div>
  )
}
