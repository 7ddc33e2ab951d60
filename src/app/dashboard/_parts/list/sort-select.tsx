import { Select } from '@/ui/field'
import { choiceParam } from './search-params'

export const SORTS = ['newest', 'highest', 'lowest'] as const
export type Sort = (typeof SORTS)[number]

const SORT_WORDS = { newest: 'Newest first', highest: 'Highest amount first', lowest: 'Lowest amount first' }

/**
 * The order of a list. Amounts of two currencies do not compare: an order of amounts is of one.
 * @param mainCurrency what an order of amounts is of until a currency is chosen
 */
export function SortSelect({
  filters,
  mainCurrency,
  onChange,
}: {
  filters: { sort: string | null; currency: string | null }
  mainCurrency: string
  onChange(next: { sort: string | null; currency?: string }): void
}) {
  return (
    <Select
      aria-label="Sort order"
      value={choiceParam(SORTS, filters.sort ?? undefined) ?? 'newest'}
      onChange={({ target }) => {
        const next = choiceParam(SORTS, target.value) ?? 'newest'
        onChange(
          next === 'newest' ? { sort: null } : { sort: next, currency: filters.currency ?? mainCurrency },
        )
      }}
    >
      {SORTS.map((name) => (
        <option key={name} value={name}>
          {SORT_WORDS[name]}
        </option>
      ))}
    </Select>
  )
}
