import type { RoleName } from './api'

/** The roles in words, the least rights first. */
export const ROLE_LABELS: Record<RoleName, { word: string; hint: string }> = {
  viewer: { word: 'Viewer', hint: 'Sees payments, the ledger and the checks.' },
  support: {
    word: 'Support',
    hint: 'Also creates orders, refunds up to a limit, and has doubtful payments checked again.',
  },
  admin: {
    word: 'Admin',
    hint: 'Also makes and approves large refunds, and manages API keys, webhooks, settings and the team.',
  },
}

export const ALL_ROLES = Object.keys(ROLE_LABELS) as RoleName[]
