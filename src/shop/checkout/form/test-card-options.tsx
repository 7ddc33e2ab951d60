import { useTranslations } from 'next-intl'
import { groupNumber } from './card-rules'
import { TEST_CARDS } from './test-cards'

/**
 * Every test card, by what it does. An option holds text only, so its number is kept in its own direction by marks (U+2066, U+2069).
 * @param short the last four digits alone, where the chosen option is what one sees
 */
export function TestCardOptions({ short = false }: { short?: boolean }) {
  const t = useTranslations('checkout.testCard.does')
  return TEST_CARDS.map(({ token, number }) => (
    <option key={token} value={token}>
      {`${t(token)} · \u2066${short ? `•••• ${number.slice(-4)}` : groupNumber(number)}\u2069`}
    </option>
  ))
}
