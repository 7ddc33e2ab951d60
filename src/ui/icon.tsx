import type { SVGProps } from 'react'
import { cx } from './cx'

/** The icons that `src/ui` itself needs, on a 16 × 16 grid with a 1.5 stroke. Always use them beside a word. */
const PATHS = {
  check: 'M3.5 8.5 6.5 11.5 12.5 4.5',
  copy: 'M5.5 5.5v-2a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2M3.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1Z',
  chevronDown: 'm4 6 4 4 4-4',
  chevronRight: 'm6 4 4 4-4 4',
  arrowRight: 'M3 8h10M9 4l4 4-4 4',
  arrowLeft: 'M13 8H3M7 4 3 8l4 4',
  lock: 'M4 7.5h8a.5.5 0 0 1 .5.5v5a.5.5 0 0 1-.5.5H4a.5.5 0 0 1-.5-.5V8a.5.5 0 0 1 .5-.5ZM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  printer: 'M4.5 6V2.5h7V6M4.5 11.5h-2V6.5h11v5h-2M4.5 9.5h7v4h-7z',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5l3 3',
  close: 'M4 4l8 8M12 4l-8 8',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5v3.5M8 5v.01',
  warn: 'M8 2.5 14 13H2L8 2.5ZM8 6.5v3M8 11.2v.01',
  flask: 'M6 2.5h4M6.75 2.5v4L3 12.8a.5.5 0 0 0 .45.7h9.1a.5.5 0 0 0 .45-.7L9.25 6.5v-4M4.8 10h6.4',
  sun: 'M8 10.75a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9',
  moon: 'M13.5 9.4A5.75 5.75 0 0 1 6.6 2.5a5.75 5.75 0 1 0 6.9 6.9Z',
  auto: 'M2.5 3.5h11v7.5h-11zM6 13.5h4M8 11v2.5',
} as const

export type IconName = keyof typeof PATHS
export const ICON_NAMES = Object.keys(PATHS) as IconName[]

/** The icons that point in the direction of reading: mirrored in right-to-left pages. */
const DIRECTED: ReadonlySet<IconName> = new Set(['chevronRight', 'arrowRight', 'arrowLeft'])

export function Icon({
  name,
  size = 16,
  className,
  ...rest
}: { name: IconName; size?: number } & Omit<SVGProps<SVGSVGElement>, 'name'>) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={cx(DIRECTED.has(name) && 'rtl:-scale-x-100', className)}
      {...rest}
    >
      <path d={PATHS[name]} />
    </svg>
  )
}

/** A spinner. Put words beside it: with reduced motion it does not turn. */
export function Spinner({ size = 16, className }: { size?: number; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      className={`animate-turn ${className ?? ''}`}
    >
      <circle cx="8" cy="8" r="6.25" stroke="currentColor" strokeOpacity="0.25" strokeWidth="1.75" />
      <path
        d="M14.25 8A6.25 6.25 0 0 0 8 1.75"
        stroke="currentColor"
        strokeWidth="1.75"
        strokeLinecap="round"
      />
    </svg>
  )
}
