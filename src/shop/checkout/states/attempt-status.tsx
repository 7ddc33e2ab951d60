import { useTranslations } from 'next-intl'
import { Button } from '@/ui/button'
import type { CheckoutState } from '../use-checkout'
import { STAGES } from '../use-stage'

/** The form's only live region. It is in the first HTML, so that screen readers announce its changes, which come at stages only. */
export function AttemptStatus({
  state,
  stage,
  onAsk,
}: {
  state: CheckoutState
  stage: number
  onAsk: () => void
}) {
  const t = useTranslations('checkout')
  const outage = state.at === 'pausing' && !state.doubt
  return (
    <div className="-mt-1 flex flex-col items-start gap-2 text-ink-2 text-sm">
      {state.at === 'ready' && <p className="text-ink-3 text-ui">{t('once')}</p>}
      <p role="status">
        {outage
          ? t('status.outage')
          : state.at !== 'ready' && t(`status.${STAGES[stage]?.message ?? 'sending'}`)}
      </p>
      {!outage && state.at !== 'ready' && stage === 2 && (
        <Button size="sm" onClick={onAsk}>
          {t('status.checkNow')}
        </Button>
      )}
    </div>
  )
}
