/** Which account, as of when, from which line on. */
export interface AccountQuery {
  id: string
  asOf: string | null
  cursor: string | null
}

/** 30 lines: a T-account that is longer is no longer seen as one. */
export function statementInput({ id, asOf, cursor }: AccountQuery) {
  return { id, limit: 30, ...(asOf ? { asOf } : {}), ...(cursor ? { cursor } : {}) }
}
