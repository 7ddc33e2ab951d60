import { cache } from 'react'
import { caller } from '@/app/_trpc/caller'
import { isNotFound } from '../../../_parts/not-found'
import type { Receipt } from './receipt'

/** The receipt, read once for the page and its title; null when there is none at this address. */
export const loadReceipt = cache(async (token: string): Promise<Receipt | null> => {
  const api = await caller()
  return api.checkout.receipt({ token }).catch((error: unknown) => {
    if (isNotFound(error)) return null
    throw error
  })
})
