'use client'
import { useEffect, useState } from 'react'
import { useZone } from '@/ui/zone'
import type { ReaderClock } from './period'

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
