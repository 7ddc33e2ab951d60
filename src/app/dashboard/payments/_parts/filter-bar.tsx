'use client'
import { useState } from 'react'
import { EXPONENTS } from '@/lib/money'
import { Button } from '@/ui/button'
import { Select } from '@/ui/field'
import { Icon } from '@/ui/icon'
import { PAYMENT_STATUSES } from '@/ui/status'
import { Timestamp } from '@/ui/timestamp'
import { PERIOD_NAMES, PERIODS } from '../../_parts/list/period'
import { SearchInput } from '../../_parts/list/search-input'
import { choiceParam, timeParam } from '../../_parts/list/search-params'
import { MoreFilters } from './more-filters'
import { filtersInForce, type PaymentFilters, STATUSES, shortSearchHint } from './payment-query'

/** Each control changes the address; each active filter is also a chip that removes it. */
export function PaymentFilterBar({
  filters,
  mainCurrency,
  onChange,
  onClear,
}: {
  filters: PaymentFilters
  /** Of most payments: what an amount is of, until a currency is chosen. */
  mainCurrency: string
  onChange(next: Partial<PaymentFilters>): void
  onClear(): void
}) {
  const inForce = filtersInForce(filters)
  const [open, setOpen] = useState(false)
  return (
    <search className="mb-3 flex flex-col gap-3">
      <div className="grid grid-cols-2 items-start gap-2 md:grid-cols-[minmax(11rem,1fr)_9rem_11rem_auto]">
        <div className="col-span-2 md:col-span-1">
          <SearchInput
            label="Search by id, order, customer, card, description or metadata"
            placeholder="Id, order, customer, metadata…"
            maxLength={200}
            value={filters.q}
            hint={shortSearchHint(filters)}
            onSearch={(q) => onChange({ q })}
          />
        </div>
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
        <Select
          aria-label="Period"
          value={filters.when ?? (filters.from || filters.until ? 'custom' : '')}
          onChange={(event) => {
            const when = choiceParam(PERIOD_NAMES, event.target.value) ?? null
            if (event.target.value === 'custom') setOpen(true)
            else onChange({ when, from: null, until: null })
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
        <Button
          aria-expanded={open}
          aria-controls="more-filters"
          onClick={() => setOpen(!open)}
          className="max-md:col-span-2"
        >
          More filters
          <Icon name="chevronDown" size={14} className={open ? 'rotate-180' : ''} />
        </Button>
      </div>
      <div id="more-filters" hidden={!open}>
        {open && <MoreFilters filters={filters} mainCurrency={mainCurrency} onChange={onChange} />}
      </div>
      {inForce.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          {inForce.map((name) => (
            <Chip key={name} onRemove={() => onChange({ [name]: null })}>
              <ChipText name={name} filters={filters} />
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

function ChipText({ name, filters }: { name: keyof PaymentFilters; filters: PaymentFilters }) {
  const value = filters[name] ?? ''
  switch (name) {
    case 'status': {
      const status = choiceParam(STATUSES, value)
      return status ? PAYMENT_STATUSES[status].word : value
    }
    case 'when': {
      const period = choiceParam(PERIOD_NAMES, value)
      return period ? PERIODS[period] : value
    }
    case 'from':
    case 'until': {
      const at = timeParam(value)
      return (
        <>
          {name === 'from' ? 'From' : 'Until'} {at ? <Timestamp at={at} seconds={false} /> : value}
        </>
      )
    }
    case 'q':
      return `“${value}”`
    default:
      return `${CHIP_WORDS[name] ?? ''} ${value}`.trim()
  }
}

const CHIP_WORDS: Partial<Record<keyof PaymentFilters, string>> = {
  min: 'At least',
  max: 'At most',
  ref: 'Order',
  email: 'Customer',
  last4: 'Card ends in',
  meta: 'Metadata',
}
