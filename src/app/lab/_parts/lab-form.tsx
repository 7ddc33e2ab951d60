import { Button } from '@/ui/button'
import { Card, CardBody } from '@/ui/card'
import { cx } from '@/ui/cx'
import { SelectField, TextField } from '@/ui/field'
import type { LabOffer, PlanData } from './types'
import { RETRY, WHO } from './words'

interface LabFormProps {
  plan: PlanData
  offer: LabOffer
  /** Why nothing can be begun now. */
  refusal: string | null
  onChange(plan: PlanData): void
  onRun(): void
}

/** Who, what and where, and the seed. */
export function LabForm({ plan, offer, refusal, onChange, onRun }: LabFormProps) {
  const change = (part: Partial<PlanData>) => onChange({ ...plan, ...part })
  const accident = offer.accidents.find(({ id }) => id === plan.accident)
  const naive = accident?.naive ?? true
  return (
    <Card>
      <CardBody>
        <form
          className="flex flex-col gap-5"
          onSubmit={(event) => {
            event.preventDefault()
            onRun()
          }}
        >
          <h2 className="sr-only">What to play</h2>
          <SelectField
            id="lab-who"
            label="Who presses"
            size="dense"
            value={plan.who}
            onChange={({ target }) => change({ who: target.value as PlanData['who'] })}
          >
            {Object.entries(WHO).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </SelectField>
          <PlaceChoice plan={plan} offer={offer} onChange={change} />
          <FaultChoice plan={plan} offer={offer} onChange={change} />
          <SelectField
            id="lab-retry"
            label="Then"
            size="dense"
            value={plan.retry}
            onChange={({ target }) => change({ retry: target.value as PlanData['retry'] })}
          >
            {Object.entries(RETRY).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </SelectField>
          <label className="flex items-start gap-2.5 text-sm">
            <input
              type="checkbox"
              className="mt-0.5 size-4 shrink-0"
              checked={plan.naive && naive}
              aria-disabled={!naive}
              aria-describedby="lab-naive"
              onChange={() => naive && change({ naive: !plan.naive })}
            />
            <span>
              Also against the naive handler
              <span id="lab-naive" className="block text-ink-3 text-ui">
                {naive
                  ? 'It looks whether the order is paid, charges, and stores no key.'
                  : 'Its code has no such step, so there is nothing to compare.'}
              </span>
            </span>
          </label>
          <SeedField plan={plan} offer={offer} onChange={change} />
          <div>
            <Button
              type="submit"
              variant="primary"
              className="w-full"
              {...(refusal ? { 'aria-disabled': true, 'aria-describedby': 'lab-refusal' } : {})}
            >
              Run
            </Button>
            <p id="lab-refusal" className="mt-2 text-ink-3 text-ui empty:hidden">
              {refusal}
            </p>
          </div>
        </form>
      </CardBody>
    </Card>
  )
}

interface PartProps {
  plan: PlanData
  offer: LabOffer
  onChange(part: Partial<PlanData>): void
}

/** The steps of one payment in their order: where it strikes is chosen on them. */
function PlaceChoice({ plan, offer, onChange }: PartProps) {
  const chosen = offer.accidents.find(({ id }) => id === plan.accident)?.place ?? null
  const first = (place: string) => offer.accidents.find((one) => one.place === place)?.id ?? offer.none
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium text-sm">Where</legend>
      <ol className="relative ms-2 border-line border-s-2">
        {offer.places.map(({ id, name }) => (
          <li key={id}>
            <Choice name="place" checked={chosen === id} onChoose={() => onChange({ accident: first(id) })}>
              {name}
            </Choice>
          </li>
        ))}
      </ol>
      <div className="ms-2 border-transparent border-s-2">
        <Choice name="place" checked={chosen === null} onChoose={() => onChange({ accident: offer.none })}>
          Nowhere: nothing goes wrong
        </Choice>
      </div>
    </fieldset>
  )
}

function FaultChoice({ plan, offer, onChange }: PartProps) {
  const place = offer.accidents.find(({ id }) => id === plan.accident)?.place
  if (!place) return null
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium text-sm">What goes wrong</legend>
      {offer.accidents
        .filter((one) => one.place === place)
        .map(({ id, fault }) => (
          <Choice
            key={id}
            name="fault"
            checked={plan.accident === id}
            onChoose={() => onChange({ accident: id })}
          >
            {fault} <span className="font-mono text-2xs text-ink-3">{id}</span>
          </Choice>
        ))}
    </fieldset>
  )
}

function Choice({
  name,
  checked,
  onChoose,
  children,
}: {
  name: string
  checked: boolean
  onChoose(): void
  children: React.ReactNode
}) {
  return (
    <label className={cx('flex min-h-8 items-start gap-2.5 px-3 py-1 text-sm', checked && 'font-medium')}>
      <input
        type="radio"
        name={`lab-${name}`}
        className="mt-0.5 size-4 shrink-0"
        checked={checked}
        onChange={onChoose}
      />
      <span>{children}</span>
    </label>
  )
}

/** Digits only: what is not a seed is not taken. */
function SeedField({ plan, offer, onChange }: PartProps) {
  return (
    <div className="flex items-end gap-2">
      <div className="min-w-0 flex-1">
        <TextField
          id="lab-seed"
          label="Seed"
          size="dense"
          inputMode="numeric"
          value={String(plan.seed)}
          onChange={({ target }) => {
            const seed = Number(target.value.replace(/\D/g, ''))
            if (seed <= offer.seedMax) onChange({ seed })
          }}
        />
      </div>
      <Button
        className="h-9!"
        onClick={() => onChange({ seed: Math.floor(Math.random() * (offer.seedMax + 1)) })}
      >
        New seed
      </Button>
    </div>
  )
}
