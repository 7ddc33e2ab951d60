'use client'
import { useTranslations } from 'next-intl'
import { useEffect, useRef } from 'react'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import type { EndMessage } from '../end-messages'
import { type CardErrors, FIELDS } from './card-rules'

/**
 * The summary of problems on top of the form. It takes focus after a failed submit or an ended payment, and links to the fields.
 * @param page the page's title, which also announces a problem
 * @param turn grows with each failed submit, so that the same error takes focus again
 */
export function ProblemSummary({
  errors,
  end,
  turn,
  page,
}: {
  errors: CardErrors
  end: EndMessage | null
  turn: number
  page: string
}) {
  const box = useRef<HTMLDivElement>(null)
  const t = useTranslations('checkout')
  const fields = FIELDS.filter((field) => errors[field])
  const listed = turn > 0 && fields.length > 0
  const title = listed ? t('wrong.title') : end && t(`end.${end.name}.title`)

  // biome-ignore lint/correctness/useExhaustiveDependencies: focus moves on a failed submit and on an end, not while errors are being corrected
  useEffect(() => {
    if (title) box.current?.focus()
  }, [turn, end?.name])
  useEffect(() => {
    document.title = title ? t('documentTitle.problem', { title: page }) : page
  }, [t, title, page])

  if (!title) return null
  return (
    <div
      ref={box}
      tabIndex={-1}
      className="flex gap-3 rounded-md border border-bad/40 bg-bad-soft px-4 py-3.5"
    >
      <Icon name="warn" className="mt-[3px] shrink-0 text-bad" />
      <div className="min-w-0">
        <h2 className="font-semibold text-bad text-sm">{title}</h2>
        {listed ? (
          <ul className="mt-1 flex flex-col gap-1 text-sm">
            {fields.map((field) => (
              <li key={field}>
                <a
                  href={`#${field}`}
                  className="text-ink underline decoration-ink-3/50 underline-offset-2 hover:decoration-ink"
                  onClick={focusField}
                >
                  {errors[field] && t(`wrong.${errors[field]}`)}
                </a>
              </li>
            ))}
          </ul>
        ) : (
          <>
            <p className="mt-0.5 text-ink-2 text-sm">
              {end && t(`end.${end.name}.body`, { minutes: end.minutes })}
            </p>
            {end?.reload && (
              <Button className="mt-3" onClick={() => location.reload()}>
                {t('end.reload')}
              </Button>
            )}
          </>
        )}
      </div>
    </div>
  )
}

function focusField(event: React.MouseEvent<HTMLAnchorElement>) {
  event.preventDefault()
  document.getElementById(event.currentTarget.hash.slice(1))?.focus()
}
