'use client'
import { parseAsString, useQueryStates } from 'nuqs'
import { useEffect, useState } from 'react'
import { useZone } from '@/ui/zone'
import { FILTER_NAMES, type PaymentFilters, type ReaderClock } from './payment-query'

const PARSERS = Object.fromEntries(FILTER_NAMES.map((name) => [name, parseAsString])) as Record<
  (typeof FILTER_NAMES)[number],
  typeof parseAsString
>

/** The filters, kept in the address so that a filtered list can be shared. Any change leads back to the first page. */
export function usePaymentFilters() {
  const [filters, setFilters] = useQueryStates(PARSERS, { throttleMs: 200 })
  const change = (next: Partial<PaymentFilters>) => setFilters({ ...next, after: null })
  /** Keeps the order and the size of the page. */
  const clear = () =>
    setFilters({
      ...Object.fromEntries(FILTER_NAMES.map((name) => [name, null])),
      sort: filters.sort,
      per: filters.per,
    })
  return { filters, change, clear }
}

/** "Today" ends while the page is open: its clock goes on in steps of a minute. */
const TICK_MS = 60_000

/** What "today" is for the reader. */
export function useReaderClock(): ReaderClock {
  const zone = useZone()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return { now, zone }
}
