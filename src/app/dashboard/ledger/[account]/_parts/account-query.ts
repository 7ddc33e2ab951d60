import type { DaysQuery } from '../../../_parts/period/days'

/** An account, a point in time (RFC 3339; null: now) or the days of a period, and the cursor of a page of its statement. */
export interface AccountQuery {
  id: string
  asOf: string | null
  days: DaysQuery | null
  cursor: string | null
}

export function statementInput({ id, asOf, days, cursor }: AccountQuery) {
  return { id, limit: 25, ...(days ?? (asOf ? { asOf } : {})), ...(cursor ? { cursor } : {}) }
}

export function accountInput({ id, asOf }: AccountQuery) {
  return { id, ...(asOf ? { asOf } : {}) }
}

/** The filters in the page's address, without the cursor. */
export function paramsOf({ asOf, days }: AccountQuery): Record<string, string> {
  return days ? { ...days } : asOf ? { asOf } : {}
}
