'use client'
import type { HTMLInputTypeAttribute } from 'react'
import { Input } from '@/ui/field'
import { InstantInput } from '../../_parts/list/instant-input'
import { timeParam } from '../../_parts/list/search-params'
import type { PaymentFilters } from './payment-query'

type TextFilter = 'min' | 'max' | 'ref' | 'email' | 'last4' | 'meta'

const TEXTS: {
  name: TextFilter
  label: string
  placeholder: string
  maxLength: number
  inputMode?: 'decimal' | 'numeric'
  type?: HTMLInputTypeAttribute
}[] = [
  { name: 'ref', label: 'Order begins with', placeholder: 'R-1001', maxLength: 100 },
  { name: 'email', label: 'Customer begins with', placeholder: 'ann@', maxLength: 254 },
  { name: 'last4', label: 'Card ends in', placeholder: '4242', maxLength: 4, inputMode: 'numeric' },
  { name: 'meta', label: 'Metadata', placeholder: 'cart=7431, or cart', maxLength: 541 },
]

/** The filters that are needed less often. Amounts are of one currency: the chosen one, or else that of most payments. */
export function MoreFilters({
  filters,
  mainCurrency,
  onChange,
}: {
  filters: PaymentFilters
  mainCurrency: string
  onChange(next: Partial<PaymentFilters>): void
}) {
  const currency = filters.currency ?? mainCurrency
  const amount = (name: 'min' | 'max', value: string) =>
    onChange({ [name]: value || null, ...(value ? { currency } : {}) })
  return (
    <div className="grid grid-cols-2 gap-2 rounded-lg border border-line bg-surface p-3 md:grid-cols-4">
      <Labelled id="filter-from" label="From" wide>
        <InstantInput
          id="filter-from"
          value={timeParam(filters.from ?? undefined) ?? null}
          onChange={(from) => onChange({ from, when: null })}
        />
      </Labelled>
      <Labelled id="filter-until" label="Until" wide>
        <InstantInput
          id="filter-until"
          value={timeParam(filters.until ?? undefined) ?? null}
          onChange={(until) => onChange({ until, when: null })}
        />
      </Labelled>
      {(['min', 'max'] as const).map((name) => (
        <Labelled
          key={name}
          id={`filter-${name}`}
          label={`${name === 'min' ? 'At least' : 'At most'} (${currency})`}
        >
          <Input
            id={`filter-${name}`}
            inputMode="decimal"
            placeholder="24.50"
            maxLength={16}
            value={filters[name] ?? ''}
            onChange={(event) => amount(name, event.target.value)}
            className="figures"
          />
        </Labelled>
      ))}
      {TEXTS.map(({ name, label, ...input }) => (
        <Labelled key={name} id={`filter-${name}`} label={label}>
          <Input
            id={`filter-${name}`}
            autoComplete="off"
            value={filters[name] ?? ''}
            onChange={(event) => onChange({ [name]: event.target.value || null })}
            {...input}
          />
        </Labelled>
      ))}
    </div>
  )
}

function Labelled({
  id,
  label,
  wide = false,
  children,
}: {
  id: string
  label: string
  wide?: boolean
  children: React.ReactNode
}) {
  return (
    <label
      htmlFor={id}
      className={wide ? 'col-span-2 block text-ink-2 text-xs md:col-span-1' : 'block text-ink-2 text-xs'}
    >
      {label}
      {children}
    </label>
  )
}
