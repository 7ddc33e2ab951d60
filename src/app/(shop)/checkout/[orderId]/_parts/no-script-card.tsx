import { SelectField } from '@/ui/field'
import { groupNumber } from './card'
import { TEST_CARDS } from './test-cards'

/** Without scripts the browser cannot turn a number into its token, so one chooses the test card itself. */
export function NoScriptCard() {
  return (
    <noscript>
      {/* What only a script could use is not there without one. */}
      <style>{'.script-only { display: none }'}</style>
      <SelectField
        id="paymentMethod"
        name="paymentMethod"
        label="Test card"
        hint="Scripts are off, so no card can be typed in: choose one of the test cards."
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
