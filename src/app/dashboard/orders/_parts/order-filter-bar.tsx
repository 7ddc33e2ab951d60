'use client'
import { useState } from 'react'
import { CurrencySelect } from '../../_parts/list/currency-select'
import { FilterChips } from '../../_parts/list/filter-chips'
import { InstantInput } from '../../_parts/list/instant-input'
import { PeriodSelect, PeriodText } from '../../_parts/list/period-select'
import { SearchInput } from '../../_parts/list/search-input'
import { choiceParam, timeParam } from '../../_parts/list/search-params'
import { SortSelect } from '../../_parts/list/sort-select'
import { filtersInForce, type OrderFilters } from './order-query'
import { ORDER_STATES, orderStateWord } from './order-state'

/** Each control changes the address; each active filter is also a chip that removes it. */
export function OrderFilterBar({
  filters,
  mainCurrency,
  onChange,
  onClear,
}: {
  filters: OrderFilters
  /** Of most orders: what an order of amounts is of, until a currency is chosen. */
  mainCurrency: string
  onChange(next: Partial<OrderFilters>): void
  onClear(): void
}) {
  const [open, setOpen] = useState(false)
  return (
    <search className="mb-3 flex flex-col gap-3">
      <div className="grid grid-cols-2 items-start gap-2 md:grid-cols-[minmax(11rem,1fr)_9rem_11rem_13rem]">
        <div className="col-span-2 md:col-span-1">
          <SearchInput
            label="Search orders"
            placeholder="Reference, e-mail, item or ord_…"
            maxLength={200}
            value={filters.q}
            onSearch={(q) => onChange({ q })}
          />
        </div>
        <CurrencySelect value={filters.currency} onChange={(currency) => onChange({ currency })} />
        <PeriodSelect
          filters={filters}
          onChoose={(period) => {
            setOpen(false)
            onChange(period)
          }}
          onCustom={() => setOpen(true)}
        />
        <div className="max-md:col-span-2">
          <SortSelect filters={filters} mainCurrency={mainCurrency} onChange={onChange} />
        </div>
      </div>
      {open && (
        <div className="grid gap-2 rounded-lg border border-line bg-surface p-3 sm:grid-cols-2 md:max-w-xl">
          {(['from', 'until'] as const).map((name) => (
            <label key={name} htmlFor={`orders-${name}`} className="block text-ink-2 text-xs">
              {name === 'from' ? 'From' : 'Until'}
              <InstantInput
                id={`orders-${name}`}
                value={timeParam(filters[name] ?? undefined) ?? null}
                onChange={(at) => onChange({ [name]: at, when: null })}
              />
            </label>
          ))}
        </div>
      )}
      <FilterChips
        names={filtersInForce(filters)}
        textOf={(name) => <ChipText name={name} value={filters[name] ?? ''} />}
        onRemove={(name) => onChange({ [name]: null })}
        onClear={onClear}
      />
    </search>
  )
}

function ChipText({ name, value }: { name: keyof OrderFilters; value: string }) {
  switch (name) {
    case 'state': {
      const state = choiceParam(ORDER_STATES, value)
      return state ? orderStateWord(state) : value
    }
    case 'when':
    case 'from':
    case 'until':
      return <PeriodText name={name} value={value} />
    case 'q':
      return `“${value}”`
    default:
      return value
  }
}
