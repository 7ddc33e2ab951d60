'use client'
import { type FormEvent, useState } from 'react'
import { TextField } from '@/ui/field'
import { brandOf, type CardErrors, caretAfter, digitsOf, groupNumber, isAmex } from './card'

/** Visible labels, the browser's own autofill, numeric keyboards, and no `name`: nothing of a card can be sent. */
export function CardFields({ errors, email, locked }: { errors: CardErrors; email: string; locked: boolean }) {
  const [digits, setDigits] = useState('')
  const common = { readOnly: locked, spellCheck: false, enterKeyHint: 'next' as const }

  const regroup = (event: FormEvent<HTMLInputElement>) => {
    const input = event.currentTarget
    const before = digitsOf(input.value.slice(0, input.selectionStart ?? input.value.length)).length
    const grouped = groupNumber(input.value)
    if (grouped !== input.value) {
      input.value = grouped
      if (document.activeElement === input) input.setSelectionRange(caretAfter(grouped, before), caretAfter(grouped, before))
    }
    setDigits(digitsOf(grouped))
  }

  return (
    <>
      <TextField
        {...common}
        id="email"
        label="Email"
        type="email"
        optional
        autoComplete="email"
        autoCapitalize="off"
        defaultValue={email}
        hint="In test mode no e-mail is sent."
        error={errors.email}
      />
      <TextField
        {...common}
        id="number"
        label="Card number"
        inputMode="numeric"
        autoComplete="cc-number"
        className="figures"
        trailing={brandOf(digits)}
        onInput={regroup}
        error={errors.number}
      />
      <div className="grid grid-cols-1 gap-5 min-[24rem]:grid-cols-2">
        <TextField
          {...common}
          id="expiry"
          label="Expiry date"
          inputMode="numeric"
          autoComplete="cc-exp"
          placeholder="MM / YY"
          className="figures"
          error={errors.expiry}
        />
        <TextField
          {...common}
          id="csc"
          label="Security code"
          inputMode="numeric"
          autoComplete="cc-csc"
          maxLength={4}
          className="figures"
          hint={isAmex(digits) ? '4 digits on the front of the card' : '3 digits on the back of the card'}
          error={errors.csc}
        />
      </div>
      <TextField {...common} id="name" label="Name on card" autoComplete="cc-name" enterKeyHint="done" maxLength={200} error={errors.name} />
    </>
  )
}
