/** An account, a point in time (RFC 3339; null: now), and the cursor of a page of its statement. */
export interface AccountQuery {
  id: string
  asOf: string | null
  cursor: string | null
}

export function statementInput({ id, asOf, cursor }: AccountQuery) {
  return { id, limit: 25, ...(asOf ? { asOf } : {}), ...(cursor ? { cursor } : {}) }
}
