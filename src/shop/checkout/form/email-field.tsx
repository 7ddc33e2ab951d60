import { useTranslations } from 'next-intl'
import type { Ref } from 'react'
import { TextField } from '@/ui/field'
import type { CardErrors } from './card-rules'

/** The address that the receipt belongs to. Unlike the card's fields it has a `name`: a form that is posted without scripts sends it too. */
export function EmailField({
  email,
  error,
  locked,
  ref,
}: {
  email: string
  error: CardErrors['email']
  locked: boolean
  ref?: Ref<HTMLInputElement>
}) {
  const t = useTranslations('checkout')
  return (
    <TextField
      {...(ref ? { ref } : {})}
      id="email"
      name="email"
      label={t('field.email')}
      type="email"
      optional
      autoComplete="email"
      autoCapitalize="off"
      spellCheck={false}
      enterKeyHint="next"
      readOnly={locked}
      defaultValue={email}
      hint={t('field.emailHint')}
      error={error && t(`wrong.${error}`)}
      words={{ optional: t('field.optional'), error: t('field.error') }}
      dir="ltr"
      className="rtl:text-end"
    />
  )
}
