'use client'
import { useTranslations } from 'next-intl'
import { type FormEvent, useState } from 'react'
import { TextField } from '@/ui/field'
import {
  brandOf,
  type CardErrors,
  type CardField,
  caretAfter,
  digitsOf,
  groupNumber,
  isAmex,
} from './card-rules'

/** The card fields, with visible labels, autofill and numeric keyboards. They have no `name`, so a browser cannot post a card. */
export function CardFields({ errors, locked }: { errors: CardErrors; locked: boolean }) {
  const t = useTranslations('checkout')
  const [digits, setDigits] = useState('')
  const words = { optional: t('field.optional'), error: t('field.error') }
  const common = { readOnly: locked, spellCheck: false, enterKeyHint: 'next' as const, words }
  const errorOf = (field: CardField) => errors[field] && t(`wrong.${errors[field]}`)
  // Digits are read from left to right in every language.
  const figures = { className: 'figures rtl:text-end', dir: 'ltr' }

  const regroup = (event: FormEvent<HTMLInputElement>) => {
    const input = event.currentTarget
    const before = digitsOf(input.value.slice(0, input.selectionStart ?? input.value.length)).length
    const grouped = groupNumber(input.value)
    if (grouped !== input.value) {
      input.value = grouped
      if (document.activeElement === input)
        input.setSelectionRange(caretAfter(grouped, before), caretAfter(grouped, before))
    }
    setDigits(digitsOf(grouped))
  }

  return (
    <>
      <TextField
        {...common}
        id="number"
        label={t('field.number')}
        inputMode="numeric"
        autoComplete="cc-number"
        {...figures}
        trailing={brandOf(digits)}
        onInput={regroup}
        error={errorOf('number')}
      />
      <div className="grid grid-cols-1 gap-5 min-[24rem]:grid-cols-2">
        <TextField
          {...common}
          id="expiry"
          label={t('field.expiry')}
          inputMode="numeric"
          autoComplete="cc-exp"
          placeholder={t('field.expiryForm')}
          {...figures}
          error={errorOf('expiry')}
        />
        <TextField
          {...common}
          id="csc"
          label={t('field.csc')}
          inputMode="numeric"
          autoComplete="cc-csc"
          maxLength={4}
          {...figures}
          hint={t(isAmex(digits) ? 'field.cscFront' : 'field.cscBack')}
          error={errorOf('csc')}
        />
      </div>
      <TextField
        {...common}
        id="name"
        label={t('field.name')}
        autoComplete="cc-name"
        enterKeyHint="done"
        maxLength={200}
        error={errorOf('name')}
      />
    </>
  )
}
