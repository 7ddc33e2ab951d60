'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { PAYMENT_STATUSES } from '@/ui/status'
import { CurrencySelect } from '../../_parts/list/currency-select'
import { FilterChips } from '../../_parts/list/filter-chips'
import { PeriodSelect, PeriodText } from '../../_parts/list/period-select'
import { SearchInput } from '../../_parts/list/search-input'
import { choiceParam } from '../../_parts/list/search-params'
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
        <CurrencySelect value={filters.currency} onChange={(currency) => onChange({ currency })} />
        <PeriodSelect filters={filters} onChoose={onChange} onCustom={() => setOpen(true)} />
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
      <FilterChips
        names={filtersInForce(filters)}
        textOf={(name) => <ChipText name={name} filters={filters} />}
        onRemove={(name) => onChange({ [name]: null })}
        onClear={onClear}
      />
    </search>
  )
}

function ChipText({ name, filters }: { name: keyof PaymentFilters; filters: PaymentFilters }) {
  const value = filters[name] ?? ''
  switch (name) {
    case 'status': {
      const status = choiceParam(STATUSES, value)
      return status ? PAYMENT_STATUSES[status].word : value
    }
    case 'when':
    case 'from':
    case 'until':
      return <PeriodText name={name} value={value} />
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
