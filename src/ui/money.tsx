import { decimal, formatMoney, isCurrency } from '@/lib/money'
import { cx } from './cx'

/**
 * An amount for people: tabular figures, the currency always shown, U+2212 as minus. Zero is "0.00"; absent is "—".
 * @param minor minor units
 * @param code show `24.00 EUR` (for columns of one currency and for ledgers) rather than `€24.00`
 */
export function Money({
  minor,
  currency,
  code = false,
  className,
}: {
  minor: bigint | number | null
  currency: string
  code?: boolean
  className?: string
}) {
  return (
    <span className={cx('figures whitespace-nowrap', className)}>
      {minor === null ? '—' : code ? withCode(minor, currency) : formatMoney(minor, currency)}
    </span>
  )
}

function withCode(minor: bigint | number, currency: string): string {
  if (!isCurrency(currency)) return `${minor} ${currency}`
  const [whole = '', fraction] = decimal(BigInt(minor), currency).split('.')
  const grouped = whole.replace('-', '\u2212').replace(/\B(?=(\d{3})+$)/g, ',')
  return `${grouped}${fraction === undefined ? '' : `.${fraction}`} ${currency}`
}
