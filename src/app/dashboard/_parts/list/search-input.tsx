import { Input } from '@/ui/field'
import { Icon } from '@/ui/icon'

/** The search box of a list. @param onSearch gets null when it is empty */
export function SearchInput({
  label,
  placeholder,
  maxLength,
  value,
  onSearch,
}: {
  label: string
  placeholder: string
  maxLength: number
  value: string | null
  onSearch: (text: string | null) => void
}) {
  return (
    <span className="relative block">
      <Icon
        name="search"
        size={15}
        className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-3"
      />
      <Input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        maxLength={maxLength}
        value={value ?? ''}
        onChange={(event) => onSearch(event.target.value || null)}
        className="pl-9"
      />
    </span>
  )
}
