'use client'
import { useEffect, useState } from 'react'
import { cx } from './cx'
import { Icon } from './icon'

interface Props {
  id: string
  head?: number
  tail?: number
  words?: { copy: string; copied: string }
  className?: string
}

/**
 * An id, shortened in the middle, copied in full with one click.
 * @param head characters shown after the prefix
 * @param tail characters shown at the end
 */
export function CopyId({
  id,
  head = 8,
  tail = 4,
  words = { copy: 'Copy', copied: 'Copied' },
  className,
}: Props) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => {
    navigator.clipboard?.writeText(id).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <button
      type="button"
      onClick={copy}
      title={id}
      className={cx(
        'group inline-flex min-h-7 max-w-full items-center gap-1.5 rounded-sm px-1 font-mono text-ink-2 text-xs hover:bg-muted hover:text-ink',
        className,
      )}
    >
      <span className="sr-only">{copied ? words.copied : words.copy} </span>
      <span dir="ltr" className="truncate">
        {shorten(id, head, tail)}
      </span>
      <Icon
        name={copied ? 'check' : 'copy'}
        size={13}
        className={cx('shrink-0', copied ? 'text-ok' : 'text-ink-3 group-hover:text-ink')}
      />
    </button>
  )
}

/** `pay_018f5c…9a2b`: the prefix, the beginning, and the end, which differs most. */
export function shorten(id: string, head: number, tail: number): string {
  const prefix = /^[a-z]+_/.exec(id)?.[0].length ?? 0
  return id.length <= prefix + head + tail + 1 ? id : `${id.slice(0, prefix + head)}…${id.slice(-tail)}`
}
