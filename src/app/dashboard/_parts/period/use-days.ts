'use client'
import { parseAsString, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { useZoneName } from '@/ui/timestamp'
import { type DaysInAddress, daysQuery } from './days'

/** The days of the page's address, in its zone or else in the reader's; without any, the month that goes on. */
export function useDays() {
  const own = useZoneName()
  const [now] = useState(() => new Date())
  const [days, setDays] = useQueryStates({ first: parseAsString, last: parseAsString, zone: parseAsString })
  const change = (next: Partial<DaysInAddress>) => setDays(next)
  return { query: daysQuery(days, own, now), now, change }
}
