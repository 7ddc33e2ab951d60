import { EXPONENTS } from '@/lib/money'
import { Button } from '@/ui/button'
import { Input, Select } from '@/ui/field'
import { Icon } from '@/ui/icon'
import { PAYMENT_STATUSES } from '@/ui/status'
import { SearchInput } from '../../_parts/list/search-input'
import { type PaymentFilters, paramsOf, STATUSES } from './use-payment-query'

/** Each control changes the address; each active filter is also a chip that removes it. */
export function PaymentFilterBar({
  filters,
  onChange,
  onClear,
}: {
  filters: PaymentFilters
  onChange(next: Partial<PaymentFilters>): void
  onClear(): void
}) {
  const inForce = Object.keys(paramsOf(filters)).filter((name) => name !== 'after')
  return (
    <search className="mb-4 flex flex-col gap-3">
      <div className="grid grid-cols-2 gap-2 xl:grid-cols-[minmax(11rem,1fr)_9.5rem_9rem_14.5rem_14.5rem]">
        <div className="col-span-2 xl:col-span-1">
          <SearchInput
            label="Search by id, order, customer or card"
            placeholder="Id, order, customer…"
            maxLength={200}
            value={filters.q}
            onSearch={(q) => onChange({ q })}
          />
        </div>
        <Select
          aria-label="Status"
          value={filters.status ?? ''}
          onChange={(event) =>
            onChange({ status: STATUSES.find((status) => status === event.target.value) ?? null })
          }
        >
          <option value="">Any status</option>
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              Status: {PAYMENT_STATUSES[status].word}
            </option>
          ))}
        </Select>
        <Select
          aria-label="Currency"
          value={filters.currency ?? ''}
          onChange={(event) => onChange({ currency: event.target.value || null })}
        >
          <option value="">Any currency</option>
          {Object.keys(EXPONENTS).map((code) => (
            <option key={code}>{code}</option>
          ))}
        </Select>
        <DateBox label="From" value={filters.from} onChange={(from) => onChange({ from })} />
        <DateBox label="Until" value={filters.until} onChange={(until) => onChange({ until })} />
      </div>
      {inForce.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          {inForce.map((name) => (
            <Chip key={name} onRemove={() => onChange({ [name]: null })}>
              {chipText(name, filters)}
            </Chip>
          ))}
          <Button variant="ghost" size="sm" onClick={onClear}>
            Remove all
          </Button>
        </div>
      )}
    </search>
  )
}

/** A time in UTC, so that a shared address shows the same list. */
function DateBox({
  label,
  value,
  onChange,
}: {
  label: string
  value: string | null
  onChange(value: string | null): void
}) {
  return (
    <label htmlFor={`created-${label}`} className="relative col-span-2 sm:col-span-1">
      <span className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-3 text-ui">
        {label} <span className="sr-only">(UTC)</span>
      </span>
      <Input
        id={`created-${label}`}
        type="datetime-local"
        title={`${label} (UTC)`}
        value={(value ?? '').slice(0, 16)}
        onChange={(event) => onChange(event.target.value || null)}
        className="figures pl-14"
      />
    </label>
  )
}

function Chip({ onRemove, children }: { onRemove(): void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      onClick={onRemove}
      className="inline-flex h-7 max-w-full items-center gap-1.5 rounded-full border border-line bg-surface pr-2 pl-3 text-ui hover:bg-muted"
    >
      <span className="sr-only">Remove filter </span>
      <span className="truncate">{children}</span>
      <Icon name="close" size={12} className="shrink-0 text-ink-3" />
    </button>
  )
}

function chipText(name: string, filters: PaymentFilters): string {
  switch (name) {
    case 'status':
      return filters.status ? PAYMENT_STATUSES[filters.status].word : ''
    case 'currency':
      return filters.currency ?? ''
    case 'from':
      return `From ${shortTime(filters.from)}`
    case 'until':
      return `Until ${shortTime(filters.until)}`
    default:
      return `“${filters.q}”`
  }
}

function shortTime(value: string | null): string {
  return `${(value ?? '').slice(0, 16).replace('T', ' ')} UTC`
}
