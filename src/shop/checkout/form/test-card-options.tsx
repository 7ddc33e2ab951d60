import { useTranslations } from 'next-intl'
import { groupNumber } from './card-rules'
import { TEST_CARDS } from './test-cards'

/**
 * An option for each test card, named by its effect. An option takes text only, so isolates (U+2066, U+2069) keep the
 * number left to right.
 * @param short show the last four digits only, where the chosen option stays visible
 */
export function TestCardOptions({ short = false }: { short?: boolean }) {
  const t = useTranslations('checkout.testCard.does')
  return TEST_CARDS.map(({ token, number }) => (
    <option key={token} value={token}>
      {`${t(token)} · \u2066${short ? `•••• ${number.slice(-4)}` : groupNumber(number)}\u2069`}
    </option>
  ))
}
