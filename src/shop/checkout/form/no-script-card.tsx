import { useTranslations } from 'next-intl'
import { SelectField } from '@/ui/field'
import { TestCardOptions } from './test-card-options'

/** The choice of a test card without JavaScript, where no script can turn a number into its token. */
export function NoScriptCard() {
  const t = useTranslations('checkout.testCard')
  return (
    <noscript>
      {/* Hides the fields that only work with a script. */}
      <link rel="stylesheet" href="/no-script.css" />
      <SelectField id="paymentMethod" name="paymentMethod" label={t('label')} hint={t('hint')}>
        <TestCardOptions short />
      </SelectField>
    </noscript>
  )
}
