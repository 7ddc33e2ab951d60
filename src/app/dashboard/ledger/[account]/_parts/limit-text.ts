import { minorOfText, textOfMinor } from '@/lib/minor-of-text'

/** A limit as an admin types it, in minor units: `24.00`, or `-24.00` where the bank lends. Null: nothing, so no limit. Undefined: no amount. */
export function limitOfText(text: string, currency: string): number | null | undefined {
  const typed = text.trim().replace(/^[-−]/, '')
  if (text.trim() === '') return null
  const minor = minorOfText(typed, currency)
  if (minor === null) return undefined
  return typed === text.trim() || minor === 0 ? minor : -minor
}

/** For the field. */
export function textOfLimit(limit: number | null, currency: string): string {
  return limit === null ? '' : textOfMinor(limit, currency)
}
