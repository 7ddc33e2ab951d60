import type { api } from '../../_parts/api'

/** What was done to a key a moment ago, and the name that it has in the list. */
export interface DialogResult {
  what: Awaited<ReturnType<typeof api.developers.createKey.mutate>> | { outcome: 'revoked' }
  name: string
}
