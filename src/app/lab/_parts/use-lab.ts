import { TRPCClientError } from '@trpc/client'
import { useEffect, useState } from 'react'
import { api } from '../../dashboard/_parts/api'
import type { LabData, PlanData } from './types'

/** 400 ms while something goes on; 5 s otherwise, since another reader may begin something. */
const BUSY_MS = 400
const IDLE_MS = 5_000

/** The lab as the server sees it, and what can be asked of it. */
export function useLab(initial: LabData) {
  const [{ state }, setData] = useState(initial)
  const [problem, setProblem] = useState<string | null>(null)
  const [looks, setLooks] = useState(0)
  const busy = state.busy !== null
  // biome-ignore lint/correctness/useExhaustiveDependencies: each look asks for the next one
  useEffect(() => {
    const look = () =>
      api.lab.current
        .query()
        .then(setData, () => undefined)
        .finally(() => setLooks((count) => count + 1))
    const timer = setTimeout(look, busy ? BUSY_MS : IDLE_MS)
    return () => clearTimeout(timer)
  }, [busy, looks])
  const ask = async (order: () => Promise<unknown>) => {
    setProblem(null)
    try {
      await order()
      setData(await api.lab.current.query())
    } catch (error) {
      setProblem(error instanceof TRPCClientError ? error.message : 'The server did not answer. Try again.')
    }
  }
  return {
    state,
    problem,
    run: (plan: PlanData) => ask(() => api.lab.run.mutate(plan)),
    playSchedules: (seed: number) => ask(() => api.lab.schedules.mutate({ seed })),
    stop: () => ask(() => api.lab.stop.mutate()),
  }
}

export type LabControls = ReturnType<typeof useLab>
