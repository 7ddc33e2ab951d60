import type { ReactNode } from 'react'
import { cx } from './cx'

export type Tone = 'neutral' | 'ok' | 'info' | 'teal' | 'warn' | 'bad' | 'violet'

/** Ink and ground of each tone, for badges, banners and timelines alike. */
export const TONE_INK: Record<Tone, string> = {
  neutral: 'text-ink-2',
  ok: 'text-ok',
  info: 'text-info',
  teal: 'text-teal',
  warn: 'text-warn',
  bad: 'text-bad',
  violet: 'text-violet',
}
export const TONE_GROUND: Record<Tone, string> = {
  neutral: 'bg-muted',
  ok: 'bg-ok-soft',
  info: 'bg-info-soft',
  teal: 'bg-teal-soft',
  warn: 'bg-warn-soft',
  bad: 'bg-bad-soft',
  violet: 'bg-violet-soft',
}

export function Badge({
  tone = 'neutral',
  className,
  children,
}: {
  tone?: Tone
  className?: string
  children: ReactNode
}) {
  return (
    <span
      className={cx(
        'inline-flex h-[1.375rem] items-center gap-1.5 whitespace-nowrap rounded-sm px-1.5 font-medium text-xs forced-colors:border',
        TONE_INK[tone],
        TONE_GROUND[tone],
        className,
      )}
    >
      {children}
    </span>
  )
}
