import type { api } from '../../_parts/api'

export const ALERT_STATES = ['open', 'acknowledged', 'ended'] as const
export type AlertStateName = (typeof ALERT_STATES)[number]

/** The filters of the list, as the server takes them. */
export type AlertListQuery = NonNullable<Parameters<typeof api.alerts.list.query>[0]> & {
  state: AlertStateName
}
type Kind = NonNullable<AlertListQuery['kind']>

/** The form of a kind: what it is not is refused by the server, which knows all. */
export function alertKindParam(text: string | null | undefined): Kind | undefined {
  return text && /^[a-z][a-z-]{0,39}$/.test(text) ? (text as Kind) : undefined
}
