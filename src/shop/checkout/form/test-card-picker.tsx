'use client'
import { useTranslations } from 'next-intl'
import { useEffect, useRef } from 'react'
import { Select } from '@/ui/field'
import { Icon } from '@/ui/icon'
import { TestCardOptions } from './test-card-options'
import { TEST_CARDS, type TestCard } from './test-cards'

/** The notice of test mode, with a choice of test cards that fills in the form. */
export function TestCardPicker({ onPick }: { onPick: (card: TestCard) => void }) {
  const t = useTranslations('checkout.testCard')
  const select = useRef<HTMLSelectElement>(null)
  const pick = (token: string) => {
    const card = TEST_CARDS.find((each) => each.token === token)
    if (card) onPick(card)
  }
  // A card chosen before the page's script had loaded.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the script has loaded
  useEffect(() => {
    const early = select.current?.value ?? ''
    if (select.current) select.current.value = ''
    pick(early)
  }, [])
  return (
    <div className="flex flex-col gap-x-6 gap-y-2 rounded-lg border border-line bg-warn-soft px-4 py-3 sm:flex-row sm:items-center sm:justify-between">
      <p className="flex shrink-0 items-center gap-2 font-medium text-sm text-warn">
        <Icon name="flask" /> {t('mode')}
      </p>
      <div className="script-only min-w-0 sm:w-60">
        <Select
          ref={select}
          aria-label={t('fill')}
          size="dense"
          value=""
          className="h-11!"
          onChange={(event) => pick(event.target.value)}
        >
          <option value="">{t('fill')}…</option>
          <TestCardOptions />
        </Select>
      </div>
    </div>
  )
}
