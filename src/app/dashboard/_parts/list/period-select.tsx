import { Select } from '@/ui/field'
import { Timestamp } from '@/ui/timestamp'
import { PERIOD_NAMES, PERIODS, type PeriodFilters, type PeriodName } from './period'
import { choiceParam, timeParam } from './search-params'

/** A period by its name, or *From … until …*, whose two ends are chosen elsewhere on the page (`onCustom`). */
export function PeriodSelect({
  filters: { when, from, until },
  onChoose,
  onCustom,
}: {
  filters: PeriodFilters
  onChoose(period: { when: PeriodName | null; from: null; until: null }): void
  onCustom(): void
}) {
  return (
    <Select
      aria-label="Period"
      value={choiceParam(PERIOD_NAMES, when ?? undefined) ?? (from || until ? 'custom' : '')}
      onChange={({ target }) => {
        if (target.value === 'custom') onCustom()
        else onChoose({ when: choiceParam(PERIOD_NAMES, target.value) ?? null, from: null, until: null })
      }}
    >
      <option value="">Any time</option>
      {PERIOD_NAMES.map((name) => (
        <option key={name} value={name}>
          {PERIODS[name]}
        </option>
      ))}
      <option value="custom">From … until …</option>
    </Select>
  )
}

/** What the chip of a filter of time says. */
export function PeriodText({ name, value }: { name: keyof PeriodFilters; value: string }) {
  if (name === 'when') {
    const period = choiceParam(PERIOD_NAMES, value)
    return period ? PERIODS[period] : value
  }
  const at = timeParam(value)
  return (
    <>
      {name === 'from' ? 'From' : 'Until'} {at ? <Timestamp at={at} seconds={false} /> : value}
    </>
  )
}
