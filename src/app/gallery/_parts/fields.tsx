import type { ReactNode } from 'react'
import { Field, Input, Select, SelectField, TextField } from '@/ui/field'
import { Section, Show } from './show'

const CARDS = (
  <>
    <option>Visa</option>
    <option>American Express</option>
  </>
)

export function Fields() {
  return (
    <Section
      id="fields"
      note="The label stands above and stays. A hint says it before, an error says what to do, in the same words as the summary on top of the form."
    >
      <Show name="<TextField>">
        <Grid>
          <TextField id="g-plain" label="Name on card" autoComplete="off" />
          <TextField id="g-filled" label="Name on card" defaultValue="Zoë O’Neill" autoComplete="off" />
          <TextField
            id="g-optional"
            label="Email"
            optional
            hint="In test mode no e-mail is sent."
            autoComplete="off"
          />
          <TextField
            id="g-trailing"
            label="Card number"
            inputMode="numeric"
            className="figures"
            defaultValue="4242 4242"
            trailing="Visa"
            autoComplete="off"
          />
          <TextField id="g-place" label="Expiry date" placeholder="MM / YY" autoComplete="off" />
          <TextField
            id="g-error"
            label="Expiry date"
            defaultValue="04 / 19"
            error="This card has expired. Use another one."
            autoComplete="off"
          />
          <TextField
            id="g-both"
            label="Security code"
            hint="3 digits on the back of the card"
            error="Enter the security code."
            inputMode="numeric"
            autoComplete="off"
          />
          <TextField
            id="g-readonly"
            label="Card number"
            hint="Read-only while it is being paid."
            readOnly
            defaultValue="4242 4242 4242 4242"
            trailing="Visa"
          />
        </Grid>
      </Show>
      <Show name="<SelectField>">
        <Grid>
          <SelectField id="g-select" label="Card">
            {CARDS}
          </SelectField>
          <SelectField id="g-select-error" label="Card" error="Choose a card.">
            {CARDS}
          </SelectField>
        </Grid>
      </Show>
      <Show name='size="dense", for the operator’s screens'>
        <Grid>
          <TextField
            id="g-dense"
            size="dense"
            label="Name of the key"
            hint="Only you see it."
            autoComplete="off"
          />
          <SelectField id="g-select-dense" size="dense" label="Valid for" optional>
            <option>90 days</option>
          </SelectField>
        </Grid>
      </Show>
      <Show name="<Input>, <Select>: bare, for filters; <Field> round anything">
        <Grid>
          <Input aria-label="Search" type="search" placeholder="Id, order, customer…" />
          <Select aria-label="Status">
            <option>Any status</option>
          </Select>
          <Field id="g-field" label="Quantity" hint="A field round a control of its own.">
            <Input
              id="g-field"
              aria-describedby="g-field-hint"
              inputMode="numeric"
              defaultValue="2"
              size="touch"
              autoComplete="off"
            />
          </Field>
        </Grid>
      </Show>
    </Section>
  )
}

function Grid({ children }: { children: ReactNode }) {
  return <div className="grid grid-cols-1 items-start gap-5 sm:grid-cols-2">{children}</div>
}
