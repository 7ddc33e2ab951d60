import { decimal, formatMoney, isCurrency } from '@/lib/money'
import { cx } from './cx'

/**
 * An amount for people: tabular figures, the currency always shown, U+2212 as minus. Zero is "0.00"; absent is "—".
 * @param minor minor units
 * Its own piece of text (`bdi`): neither do the words around it turn it round, nor it them.
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
  minor: bigint | number | null
  currency: string
  code?: boolean
  locale?: string
  className?: string
}) {
  return (
    // A browser may know another way to write a currency than the server (`JP¥`): what the server wrote stays.
    <bdi className={cx('figures whitespace-nowrap', className)} suppressHydrationWarning>
      {minor === null ? '—' : code ? withCode(minor, currency) : formatMoney(minor, currency, locale)}
    </bdi>
  )
}

function withCode(minor: bigint | number, currency: string): string {
  if (!isCurrency(currency)) return `${minor} ${currency}`
  const [whole = '', fraction] = decimal(BigInt(minor), currency).split('.')
  const grouped = whole.replace('-', '\u2212').replace(/\B(?=(\d{3})+$)/g, ',')
  return `${grouped}${fraction === undefined ? '' : `.${fraction}`} ${currency}`
}
