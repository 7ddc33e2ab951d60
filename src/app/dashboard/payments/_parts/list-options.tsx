'use client'
import { useId, useState } from 'react'
import { Button } from '@/ui/button'
import { Input, Select } from '@/ui/field'
import { Icon } from '@/ui/icon'
import { browserChoice } from '../../_parts/browser-choice'
import { SortSelect } from '../../_parts/list/sort-select'
import { COLUMNS, type ColumnName } from './payment-columns'
import { PAGE_SIZES, type PaymentFilters, paramsOf } from './payment-query'

/** How the list is shown: its order, the size of its pages, its columns; and views, which are filters under a name. */
export function ListOptions({
  filters,
  mainCurrency,
  onChange,
  onReplace,
}: {
  filters: PaymentFilters
  mainCurrency: string
  onChange(next: Partial<PaymentFilters>): void
  onReplace(params: Record<string, string>): void
}) {
  return (
    <div className="relative mb-3 flex flex-wrap items-center gap-2">
      <span className="w-48">
        <SortSelect filters={filters} mainCurrency={mainCurrency} onChange={onChange} />
      </span>
      <span className="w-32">
        <Select
          aria-label="Rows on a page"
          value={PAGE_SIZES.find((size) => String(size) === filters.per) ?? 25}
          onChange={(event) => onChange({ per: event.target.value === '25' ? null : event.target.value })}
        >
          {PAGE_SIZES.map((size) => (
            <option key={size} value={size}>
              {size} rows
            </option>
          ))}
        </Select>
      </span>
      <ColumnChoice />
      <Views params={paramsOf({ ...filters, after: null })} onReplace={onReplace} />
    </div>
  )
}

/** A button that opens a panel below it. Escape and the button close it. */
function Panel({ word, children }: { word: string; children: React.ReactNode }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the panel wherever focus is in it
    <div
      className="sm:relative"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return
        setOpen(false)
        event.currentTarget.querySelector('button')?.focus()
      }}
    >
      <Button aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        {word}
        <Icon name="chevronDown" size={14} />
      </Button>
      <div id={id} hidden={!open}>
        {open && (
          <div className="absolute left-0 z-10 mt-1 w-64 max-w-full rounded-lg border border-line bg-surface p-3 text-ui shadow-card">
            {children}
          </div>
        )}
      </div>
    </div>
  )
}

const NAMES = Object.keys(COLUMNS) as ColumnName[]
const hiddenColumns = browserChoice<readonly ColumnName[]>('payonce.payments.hidden-columns', (stored) =>
  Array.isArray(stored) ? NAMES.filter((name) => stored.includes(name)) : [],
)
export const useHiddenColumns = hiddenColumns.useValue

function ColumnChoice() {
  const hidden = useHiddenColumns()
  return (
    <Panel word="Columns">
      {NAMES.map((name) => (
        <label key={name} className="flex min-h-8 items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={!hidden.includes(name)}
            onChange={(event) =>
              hiddenColumns.choose(
                NAMES.filter((other) => (other === name ? !event.target.checked : hidden.includes(other))),
              )
            }
          />
          {COLUMNS[name]}
        </label>
      ))}
    </Panel>
  )
}

interface View {
  name: string
  params: Record<string, string>
}

const VIEWS_MAX = 20
const savedViews = browserChoice<readonly View[]>('payonce.payments.views', (stored) =>
  Array.isArray(stored) ? stored.filter(isView).slice(0, VIEWS_MAX) : [],
)

function isView(value: unknown): value is View {
  const { name, params } = Object(value) as Partial<View>
  return (
    typeof name === 'string' &&
    typeof params === 'object' &&
    params !== null &&
    Object.values(params).every((param) => typeof param === 'string')
  )
}

/** Filters under a name, in this browser. A view is an address too: the link is how others get it. */
function Views({
  params,
  onReplace,
}: {
  params: Record<string, string>
  onReplace(params: Record<string, string>): void
}) {
  const views = savedViews.useValue()
  const [name, setName] = useState('')
  const save = () => {
    const wanted = name.trim()
    if (wanted === '') return
    const others = views.filter((view) => view.name !== wanted).slice(0, VIEWS_MAX - 1)
    savedViews.choose([...others, { name: wanted, params }])
    setName('')
  }
  return (
    <Panel word="Views">
      {views.length === 0 && (
        <p className="mb-2 text-ink-3">No view yet. Set filters, and keep them under a name.</p>
      )}
      {views.map((view) => (
        <div key={view.name} className="flex items-center gap-1">
          <button
            type="button"
            onClick={() => onReplace(view.params)}
            className="min-h-8 min-w-0 flex-1 truncate rounded-md px-2 text-left hover:bg-muted"
          >
            {view.name}
          </button>
          <button
            type="button"
            onClick={() => savedViews.choose(views.filter(({ name }) => name !== view.name))}
            className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-3 hover:bg-muted hover:text-ink"
          >
            <span className="sr-only">Remove the view {view.name}</span>
            <Icon name="close" size={12} />
          </button>
        </div>
      ))}
      <form
        className="mt-2 flex gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <Input
          aria-label="Name of the view"
          placeholder="Name of the view"
          maxLength={40}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit">Save</Button>
      </form>
    </Panel>
  )
}
