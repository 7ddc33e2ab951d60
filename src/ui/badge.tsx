import type { ReactNode } from 'react'
import { cx } from './cx'

export type Tone = 'neutral' | 'ok' | 'info' | 'teal' | 'warn' | 'bad' | 'violet'

/** Text and background class of each tone, for badges, banners and timelines. */
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

/**
 * A word on a tone's ground.
 * @param glyph a character before the word, so that the meaning does not rest on the colour; not read out
 */
export function Badge({
  tone = 'neutral',
  glyph,
  className,
  children,
}: {
  tone?: Tone
  glyph?: string
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
      {glyph && (
        <span aria-hidden="true" className="text-[0.625rem] leading-none">
          {glyph}
        </span>
      )}
      {children}
    </span>
  )
}
