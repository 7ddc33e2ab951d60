'use client'
import { useSyncExternalStore } from 'react'

/**
 * What a person has chosen about their own screen, kept in this browser. Where storage is blocked it lasts as long as the page.
 * @param key of `localStorage`
 * @param read makes sense of what is stored, which anybody may have written; `undefined`: nothing is
 */
export function browserChoice<Value>(key: string, read: (stored: unknown) => Value) {
  const listeners = new Set<() => void>()
  const onServer = read(undefined)
  let current: { value: Value } | null = null
  const load = () => {
    current ??= { value: read(parsed(key)) }
    return current.value
  }
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    useValue: () => useSyncExternalStore(subscribe, load, () => onServer),
    choose(value: Value) {
      current = { value }
      try {
        localStorage.setItem(key, JSON.stringify(value))
      } catch {
        // Blocked, or full.
      }
      for (const listener of listeners) listener()
    },
  }
}

function parsed(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}
