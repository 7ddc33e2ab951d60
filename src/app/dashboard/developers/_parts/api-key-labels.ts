import type { Tone } from '@/ui/badge'
import type { ListedApiKey } from '../../_parts/api'

export type ApiScopeName = ListedApiKey['scopes'][number]
export type ApiKeyState = ListedApiKey['state']

/** A label for each scope, in the order of the form. */
export const SCOPE_LABELS: Record<ApiScopeName, string> = {
  'payments:read': 'Read payments and refunds',
  'payments:write': 'Charge payments',
  'refunds:write': 'Refund payments',
  'orders:read': 'Read orders and payment links',
  'orders:write': 'Place orders, make payment links',
  'ledger:read': 'Read the ledger',
  'webhooks:read': 'Read webhook endpoints and their deliveries',
  'webhooks:write': 'Change webhook endpoints, send events again',
}
export const ALL_SCOPES = Object.keys(SCOPE_LABELS) as ApiScopeName[]

/** The preselected scopes: enough to sell. Refunding and reading the ledger must be chosen deliberately. */
export const USUAL_SCOPES: readonly ApiScopeName[] = [
  'payments:read',
  'payments:write',
  'orders:read',
  'orders:write',
]

export const STATE_LABELS: Record<ApiKeyState, { word: string; glyph: string; tone: Tone }> = {
  active: { word: 'Active', glyph: '●', tone: 'ok' },
  overlap: { word: 'Being replaced', glyph: '◐', tone: 'warn' },
  rotated: { word: 'Replaced', glyph: '○', tone: 'neutral' },
  expired: { word: 'Expired', glyph: '○', tone: 'neutral' },
  revoked: { word: 'Revoked', glyph: '✕', tone: 'bad' },
}

/** True while the server accepts the key. */
export function isUsable({ state }: { state: ApiKeyState }): boolean {
  return state === 'active' || state === 'overlap'
}

/** How long the old key keeps working after a rotation. 168 h is also the server's limit. */
export const OVERLAPS: readonly { hours: number; word: string; hint: string }[] = [
  { hours: 0, word: 'Not at all', hint: 'The old key stops at once. Choose this when it has leaked.' },
  { hours: 1, word: '1 hour', hint: 'Long enough for one deployment.' },
  { hours: 24, word: '24 hours', hint: 'Long enough for everything that restarts each day.' },
  { hours: 168, word: '7 days', hint: 'The longest overlap possible.' },
]

export const LIFETIMES: readonly { days: number | null; word: string }[] = [
  { days: 30, word: '30 days' },
  { days: 90, word: '90 days' },
  { days: 365, word: 'A year' },
  { days: null, word: 'Until it is revoked' },
]
