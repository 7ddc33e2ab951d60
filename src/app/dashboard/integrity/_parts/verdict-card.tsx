import Link from 'next/link'
import { TONE_GROUND, TONE_INK, type Tone } from '@/ui/badge'
import { buttonClass } from '@/ui/button'
import { cx } from '@/ui/cx'
import { Icon, type IconName } from '@/ui/icon'
import type { IntegrityData } from '../../_parts/api'
import { formatCount } from '../../_parts/words'
import { headline, stateOf, type VerdictState } from './verdict'

const STATE_STYLES: Record<VerdictState, { tone: Tone; icon: IconName }> = {
  holds: { tone: 'ok', icon: 'check' },
  broken: { tone: 'bad', icon: 'warn' },
  unknown: { tone: 'warn', icon: 'info' },
  nothing: { tone: 'neutral', icon: 'info' },
}

const COUNTS: { name: keyof IntegrityData['counted']; word: string }[] = [
  { name: 'succeeded', word: 'Paid' },
  { name: 'declined', word: 'Declined' },
  { name: 'notCharged', word: 'Not charged' },
  { name: 'inDoubt', word: 'In doubt' },
]

/** The result in one line, its age, and the payments behind it. */
export function VerdictCard({ verdict, age }: { verdict: IntegrityData; age: React.ReactNode }) {
  const state = stateOf(verdict)
  const { tone, icon } = STATE_STYLES[state]
  return (
    <section
      aria-label="Verdict"
      className={cx(
        'rounded-lg border bg-surface px-4 py-3 shadow-card sm:px-5',
        state === 'broken' ? 'border-bad' : state === 'unknown' ? 'border-warn' : 'border-line',
      )}
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <p className="inline-flex items-center gap-2 font-semibold text-sm">
          <span
            className={cx(
              'inline-flex size-5 shrink-0 items-center justify-center rounded-full',
              TONE_GROUND[tone],
              TONE_INK[tone],
            )}
          >
            <Icon name={icon} size={13} strokeWidth={2} />
          </span>
          {headline(verdict)}
        </p>
        <p className="ml-auto text-ink-3 text-xs">{age}</p>
      </div>
      <dl className="mt-3 grid grid-cols-2 gap-x-4 gap-y-2 border-line border-t pt-3 sm:grid-cols-4">
        {COUNTS.map(({ name, word }) => (
          <div key={name}>
            <dt className="text-ink-3 text-xs">{word}</dt>
            <dd className="figures font-semibold text-base">{formatCount(verdict.counted[name])}</dd>
          </div>
        ))}
      </dl>
      {state === 'nothing' && (
        <p className="mt-3">
          <Link href="/" className={buttonClass('primary')}>
            Run a test payment
          </Link>
        </p>
      )}
    </section>
  )
}
