import { decimal, formatMoney, isCurrency } from '@/lib/money'
import { cx } from './cx'

/**
 * An amount for people: tabular figures, always with its currency, U+2212 as minus. `<bdi>` isolates it from the
 * direction of the text around it.
 * @param minor in minor units, as a text too (sums beyond 2^53 come as one); null is shown as "—"
 * @param locale a language tag, such as `ar-u-nu-latn`
 * @param code show `24.00 EUR` (for columns of one currency and for ledgers) rather than `€24.00`
 */
export function Money({
  minor,
  currency,
  code = false,
  locale = 'en',
  className,
}: {
  minor: bigint | number | string | null
  currency: string
  code?: boolean
  locale?: string
  className?: string
}) {
  return (
    // A browser may write a currency differently from the server (`JP¥`): keep the server's text.
    <bdi className={cx('figures whitespace-nowrap', className)} suppressHydrationWarning>
      {minor === null ? '—' : code ? withCode(minor, currency) : formatMoney(minor, currency, locale)}
    </bdi>
  )
}

function withCode(minor: bigint | number | string, currency: string): string {
  if (!isCurrency(currency)) return `${minor} ${currency}`
  const [whole = '', fraction] = decimal(BigInt(minor), currency).split('.')
  const grouped = whole.replace('-', '\u2212').replace(/\B(?=(\d{3})+$)/g, ',')
  return `${grouped}${fraction === undefined ? '' : `.${fraction}`} ${currency}`
}
