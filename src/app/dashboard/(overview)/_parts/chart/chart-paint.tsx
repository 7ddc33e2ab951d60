import { OUTCOMES } from '@/ui/status'
import type { Series } from './chart-geometry'

/** Tone and pattern of each series; the pattern alone distinguishes it for readers who do not see the tone. */
export const PAINT: Record<
  Series,
  { tone: string; pattern: 'solid' | 'rings' | 'halves' | 'stripes' | 'cross' | 'dots' }
> = {
  executed: { tone: 'var(--color-ok)', pattern: 'solid' },
  recovered: { tone: 'var(--color-violet)', pattern: 'stripes' },
  ambiguous: { tone: 'var(--color-warn)', pattern: 'cross' },
  again: { tone: 'var(--color-edge)', pattern: 'stripes' },
  rejected: { tone: 'var(--color-bad)', pattern: 'cross' },
  joined: { tone: 'var(--color-teal)', pattern: 'halves' },
  replayed: { tone: 'var(--color-info)', pattern: 'rings' },
  held: { tone: 'var(--color-ink-3)', pattern: 'dots' },
}

export function seriesLabel(series: Series): string {
  return series === 'again' ? 'Repeated, not charged' : OUTCOMES[series].word
}

/**
 * The SVG patterns of a chart, in an SVG of their own that is never hidden (a hidden one would lose its patterns).
 * A pale ground of the same tone keeps a bar one shape where its pattern is thin.
 */
export function Patterns({ id }: { id: string }) {
  return (
    <svg aria-hidden="true" width="0" height="0" className="absolute">
      {(Object.keys(PAINT) as Series[]).map((series) => {
        const { tone, pattern } = PAINT[series]
        return (
          <pattern key={series} id={`${id}-${series}`} width="6" height="6" patternUnits="userSpaceOnUse">
            <rect width="6" height="6" fill={tone} fillOpacity={pattern === 'solid' ? 1 : 0.22} />
            <Motif pattern={pattern} tone={tone} />
          </pattern>
        )
      })}
      <pattern
        id={`${id}-gap`}
        width="7"
        height="7"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect width="7" height="7" fill="var(--color-accent)" fillOpacity="0.07" />
        <path d="M0 0V7" stroke="var(--color-accent)" strokeOpacity="0.3" strokeWidth="1" />
      </pattern>
    </svg>
  )
}

function Motif({ pattern, tone }: { pattern: (typeof PAINT)[Series]['pattern']; tone: string }) {
  const stroke = { stroke: tone, strokeWidth: 1.3, fill: 'none' }
  switch (pattern) {
    case 'solid':
      return null
    case 'rings':
      return <circle cx="3" cy="3" r="1.7" {...stroke} strokeWidth={1} />
    case 'halves':
      return <rect width="6" height="2.6" fill={tone} />
    case 'stripes':
      return <path d="M0 6 6 0M-1 1 1-1M5 7 7 5" {...stroke} />
    case 'cross':
      return <path d="M0 0 6 6M6 0 0 6" {...stroke} strokeWidth={1} />
    case 'dots':
      return <circle cx="3" cy="3" r="1.1" fill={tone} />
  }
}

export function Swatch({ id, series }: { id: string; series: Series }) {
  return (
    <svg aria-hidden="true" width="14" height="14" className="shrink-0">
      <rect
        x="0.5"
        y="0.5"
        width="13"
        height="13"
        rx="3"
        fill={`url(#${id}-${series})`}
        stroke={PAINT[series].tone}
      />
    </svg>
  )
}
