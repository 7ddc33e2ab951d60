'use client'
import { useEffect, useSyncExternalStore } from 'react'
import type { Zone } from '@/lib/wall-time'

export type { Zone } from '@/lib/wall-time'

/** Whose zone all times on screen are in: the browser's, the merchant's, or UTC. */
export type ZoneChoice = 'local' | 'merchant' | 'utc'

/** Stored in `localStorage`; where that is blocked, the choice lasts as long as the page. */
const STORAGE_KEY = 'payonce.zone'
const CHOICES: readonly ZoneChoice[] = ['local', 'merchant', 'utc']
const listeners = new Set<() => void>()
let chosen: ZoneChoice | null = null
let ofMerchant: Zone | null = null

/** The zone of all times on screen. The server does not know the reader's zone: it renders UTC, and the browser replaces it. */
export function useZone(): Zone {
  return useSyncExternalStore(subscribe, zone, () => 'utc')
}

/** What is chosen, and what may be: the merchant's zone only where it has one. */
export function useZoneChoice(): { choice: ZoneChoice; merchant: Zone | null } {
  const choice = useSyncExternalStore<ZoneChoice>(subscribe, read, () => 'utc')
  const merchant = useSyncExternalStore(
    subscribe,
    () => ofMerchant,
    () => null,
  )
  return { choice: choice === 'merchant' && !merchant ? 'local' : choice, merchant }
}

/** Makes the merchant's zone known to all times on screen. @param name of the IANA database; null: it has chosen none */
export function useMerchantZone(name: string | null): void {
  useEffect(() => {
    ofMerchant = name === null ? null : zoneOf(name)
    notify()
  }, [name])
}

function zoneOf(name: string): Zone | null {
  if (name === 'UTC') return 'utc'
  return name.includes('/') ? (name as Zone) : null
}

export function chooseZone(choice: ZoneChoice): void {
  chosen = choice
  try {
    localStorage.setItem(STORAGE_KEY, choice)
  } catch {
    // Blocked storage: the choice lasts as long as the page.
  }
  notify()
}

function zone(): Zone {
  const choice = read()
  return choice === 'merchant' ? (ofMerchant ?? 'local') : choice
}

function read(): ZoneChoice {
  if (chosen) return chosen
  try {
    const stored = localStorage.getItem(STORAGE_KEY)
    chosen = CHOICES.find((choice) => choice === stored) ?? 'local'
  } catch {
    chosen = 'local'
  }
  return chosen
}

function notify(): void {
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
