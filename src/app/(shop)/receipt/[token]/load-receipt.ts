import { cache } from 'react'
import { isNotFound } from '@/shop/frame/is-not-found'
import type { Receipt } from '@/shop/receipt/receipt'
import { caller } from '../../../_trpc/caller'

/** The receipt, read once for both the page and its title; null when the token is unknown. */
export const loadReceipt = cache(async (token: string): Promise<Receipt | null> => {
  const api = await caller()
  return api.checkout.receipt({ token }).catch((error: unknown) => {
    if (isNotFound(error)) return null
    throw error
  })
})
