'use client'
import Link from 'next/link'
import { buttonClass } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { type AlertBarData, api } from '../api'
import { useLive } from '../live/live-query'
import { alarmWords } from './alarm-words'

/**
 * The red bar above every page, while an invariant is broken, an alert about money is open, or nobody works or looks. Its region is always
 * there, so that a change is read out, and politely: it interrupts nobody.
 */
export function AlertBar({ initial }: { initial: AlertBarData | null }) {
  const { data } = useLive(['alarm'], () => api.alerts.bar.query(), initial ?? undefined, {
    on: ['alerts', 'acts'],
  })
  const words = data ? alarmWords(data) : null
  return (
    <div role="status" aria-label="Alerts" className="print:hidden">
      {words && (
        <div className="border-bad border-b bg-bad-soft">
          <div className="mx-auto flex max-w-[82rem] flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5 text-sm sm:px-6 lg:px-8">
            <p className="flex min-w-0 flex-1 basis-56 gap-2">
              <Icon name="warn" className="mt-[3px] shrink-0 text-bad" />
              <span>
                <strong className="font-semibold text-bad">{words.title}</strong>{' '}
                <span className="text-ink-2">{words.note}</span>
              </span>
            </p>
            <span className="flex gap-2">
              <Link href="/dashboard/alerts" className={buttonClass('secondary', 'sm')}>
                See alerts
              </Link>
              {data && data.broken > 0 && (
                <Link href="/dashboard/integrity" className={buttonClass('secondary', 'sm')}>
                  Integrity
                </Link>
              )}
            </span>
          </div>
        </div>
      )}
    </div>
  )
}
