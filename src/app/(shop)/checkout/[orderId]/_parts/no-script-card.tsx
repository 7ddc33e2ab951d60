import { SelectField } from '@/ui/field'
import { groupNumber } from './card'
import { TEST_CARDS } from './test-cards'

/** Without scripts the browser cannot turn a number into its token, so one chooses the test card itself. */
export function NoScriptCard() {
  return (
    <noscript>
      <SelectField
        id="paymentMethod"
        name="paymentMethod"
        label="Test card"
        hint="Scripts are off: choose a test card here; the fields below are not sent."
      >
        {TEST_CARDS.map((card) => (
          <option key={card.token} value={card.token}>
            {card.does} · {groupNumber(card.number)}
          </option>
        ))}
      </SelectField>
    </noscript>
  )
}
