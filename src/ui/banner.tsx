import type { ReactNode } from 'react'
import { TONE_GROUND, TONE_INK, type Tone } from './badge'
import { cx } from './cx'
import { Icon, type IconName } from './icon'

const ICONS: Record<Tone, IconName> = {
  neutral: 'info',
  ok: 'check',
  info: 'info',
  teal: 'info',
  warn: 'warn',
  bad: 'warn',
  violet: 'info',
}

/** A notice in the page itself, so that it cannot disappear before it is read, as a toast can. */
export function Banner({
  tone = 'info',
  title,
  actions,
  className,
  children,
}: {
  tone?: Tone
  title: ReactNode
  actions?: ReactNode
  className?: string
  children?: ReactNode
}) {
  return (
    <div
      className={cx(
        'flex gap-3 rounded-md border border-line px-3.5 py-3 text-sm',
        TONE_GROUND[tone],
        className,
      )}
    >
      <Icon name={ICONS[tone]} className={cx('mt-[3px] shrink-0', TONE_INK[tone])} />
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          <p className={cx('font-medium', TONE_INK[tone])}>{title}</p>
          {children && <div className="mt-0.5 max-w-[80ch] text-ink-2">{children}</div>}
        </div>
        {actions && <div className="flex max-w-full shrink-0 flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </div>
  )
}
