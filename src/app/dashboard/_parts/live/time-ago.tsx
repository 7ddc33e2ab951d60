'use client'
import { useEffect, useState } from 'react'

/**
 * `3 s ago`, ticking once a second. The age on arrival comes from the server's clock, the time since then from the reader's.
 * @param at RFC 3339
 * @param serverNow the server's clock when it answered, RFC 3339
 * @param receivedAt the browser's clock when the answer came, in ms
 */
export function TimeAgo({
  at,
  serverNow,
  receivedAt,
}: {
  at: string
  serverNow: string
  receivedAt: number
}) {
  const [now, setNow] = useState(receivedAt)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const ms = Math.max(0, Date.parse(serverNow) - Date.parse(at)) + Math.max(0, now - receivedAt)
  return (
    <time dateTime={at} title={at} className="figures">
      {formatAge(ms)}
    </time>
  )
}

export function formatAge(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 1) return 'just now'
  if (seconds < 120) return `${seconds} s ago`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`
  return `${Math.round(seconds / 3600)} h ago`
}
