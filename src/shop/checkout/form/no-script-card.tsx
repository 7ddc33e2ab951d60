import { useTranslations } from 'next-intl'
import { SelectField } from '@/ui/field'
import { TestCardOptions } from './test-card-options'

/** Without scripts the browser cannot turn a number into its token, so one chooses the test card itself. */
export function NoScriptCard() {
  const t = useTranslations('checkout.testCard')
  return (
    <noscript>
      {/* What only a script could use is not there without one. */}
      <style>{'.script-only { display: none }'}</style>
      <SelectField id="paymentMethod" name="paymentMethod" label={t('label')} hint={t('hint')}>
        <TestCardOptions short />
      </SelectField>
    </noscript>
  )
}
