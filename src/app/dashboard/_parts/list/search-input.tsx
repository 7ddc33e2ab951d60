import { useId } from 'react'
import { Input } from '@/ui/field'
import { Icon } from '@/ui/icon'

/**
 * The search box of a list.
 * @param hint why the text is not searched for; null: it is
 * @param onSearch gets null when it is empty
 */
export function SearchInput({
  label,
  placeholder,
  maxLength,
  value,
  hint = null,
  onSearch,
}: {
  label: string
  placeholder: string
  maxLength: number
  value: string | null
  hint?: string | null
  onSearch: (text: string | null) => void
}) {
  const hintId = useId()
  return (
    <>
      <span className="relative block">
        <Icon
          name="search"
          size={15}
          className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-3"
        />
        <Input
          type="search"
          aria-label={label}
          aria-describedby={hintId}
          placeholder={placeholder}
          maxLength={maxLength}
          value={value ?? ''}
          onChange={(event) => onSearch(event.target.value || null)}
          className="pl-9"
        />
      </span>
      <span id={hintId} role="status" className="block text-ink-2 text-xs not-empty:mt-1.5">
        {hint}
      </span>
    </>
  )
}
