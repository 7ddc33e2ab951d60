'use client'
import { dayIn } from '@/lib/day'
import { Button } from '@/ui/button'
import { Input } from '@/ui/field'
import { type DaysInAddress, type DaysQuery, presets } from './days'

/** Chooses days: by a preset, or the first and the last of them. They are in the address, with their zone, so that a link shows the same. */
export function PeriodPicker({
  query,
  now,
  onChange,
}: {
  query: DaysQuery
  now: Date
  onChange(next: Partial<DaysInAddress>): void
}) {
  const { zone } = query
  const choose = (days: Pick<DaysInAddress, 'first' | 'last'>) => onChange({ ...days, zone })
  const [first, last] = [query.first ?? null, query.last ?? null]
  return (
    <search className="mb-4 flex flex-wrap items-end gap-x-4 gap-y-2">
      <div className="flex flex-wrap gap-1">
        {presets(dayIn(now, zone)).map((preset) => (
          <Button
            key={preset.word}
            size="sm"
            aria-pressed={preset.first === first && preset.last === last}
            className="aria-pressed:bg-accent aria-pressed:text-on-accent"
            onClick={() => choose({ first: preset.first, last: preset.last })}
          >
            {preset.word}
          </Button>
        ))}
      </div>
      <label htmlFor="first-day" className="block text-ink-2 text-xs">
        First day
        <Input
          id="first-day"
          type="date"
          min="1970-01-01"
          value={first ?? ''}
          onChange={(event) => choose({ first: event.target.value || null, last })}
          className="figures"
        />
      </label>
      <label htmlFor="last-day" className="block text-ink-2 text-xs">
        Last day
        <Input
          id="last-day"
          type="date"
          min="1970-01-01"
          value={last ?? ''}
          onChange={(event) => choose({ first, last: event.target.value || null })}
          className="figures"
        />
      </label>
      <p className="pb-2 text-ink-3 text-ui" suppressHydrationWarning>
        Days in {zone.replaceAll('_', ' ')}
      </p>
    </search>
  )
}
