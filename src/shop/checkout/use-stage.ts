'use client'
import { useEffect, useState } from 'react'

/** The status message of a running payment, from 0, 4, 10 and 30 s on. It changes only then, so that it is read out a few times at most. */
export const STAGES = [
  { fromMs: 0, message: 'sending' },
  { fromMs: 4_000, message: 'slow' },
  { fromMs: 10_000, message: 'slower' },
  { fromMs: 30_000, message: 'checking' },
] as const

/** The index in `STAGES` of a payment sent at `since` (ms since the epoch; null: not sent). */
export function useStage(since: number | null): number {
  const [stage, setStage] = useState(0)
  useEffect(() => {
    if (since === null) return setStage(0)
    const reached = STAGES.findLastIndex((each) => each.fromMs <= Date.now() - since)
    if (reached !== stage) return setStage(reached)
    const next = STAGES[stage + 1]
    if (!next) return
    const timer = setTimeout(() => setStage(stage + 1), since + next.fromMs - Date.now())
    return () => clearTimeout(timer)
  }, [since, stage])
  return stage
}
