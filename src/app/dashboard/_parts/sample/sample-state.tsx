'use client'
import { createContext, type ReactNode, useContext } from 'react'
import { api, type SampleData } from '../api'

const Sample = createContext<SampleData | null>(null)

/** @param sample null: there is none, or the server cannot say */
export function SampleProvider({ sample, children }: { sample: SampleData | null; children: ReactNode }) {
  return <Sample value={sample}>{children}</Sample>
}

/** What the operator may do with the sample shop from their own; null: there is none, or they look at it. */
export function useSampleToVisit(): SampleData | null {
  const sample = useContext(Sample)
  return sample?.there && !sample.shown ? sample : null
}

/** What leads into the sample shop, out of it, and ends it. Each may be sent twice. */
export const SAMPLE_ACTS = {
  enter: () => api.sample.enter.mutate(),
  leave: () => api.sample.leave.mutate(),
  remove: () => api.sample.remove.mutate(),
}

const OTHER_TABS = 'payonce-sample'

/**
 * Loads the overview anew, here and in the other tabs of this browser: they share the session, and would show one shop's numbers in the other's
 * frame.
 */
export function showOtherShop(): void {
  const tabs = new BroadcastChannel(OTHER_TABS)
  tabs.postMessage('other shop')
  tabs.close()
  loadOverview()
}

/** Calls `follow` when another tab of this browser has gone to the other shop. @returns ends the listening */
export function onOtherShop(follow: () => void): () => void {
  const tabs = new BroadcastChannel(OTHER_TABS)
  tabs.onmessage = follow
  return () => tabs.close()
}

export const loadOverview = () => window.location.assign('/dashboard')
