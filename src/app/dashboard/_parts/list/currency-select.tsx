import { EXPONENTS } from '@/lib/money'
import { Select } from '@/ui/field'

export function CurrencySelect({
  value,
  onChange,
}: {
  value: string | null
  onChange(currency: string | null): void
}) {
  return (
    <Select
      aria-label="Currency"
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value || null)}
    >
      <option value="">Any currency</option>
      {Object.keys(EXPONENTS).map((code) => (
        <option key={code}>{code}</option>
      ))}
    </Select>
  )
}
