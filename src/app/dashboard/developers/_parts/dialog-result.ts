import type { api } from '../../_parts/api'

/** The outcome of a dialog, and the name of the key in the list. */
export interface DialogResult {
  what: Awaited<ReturnType<typeof api.developers.createKey.mutate>> | { outcome: 'revoked' }
  name: string
}
