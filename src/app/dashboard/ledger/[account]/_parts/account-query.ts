/** Which account, as of when, from which line on. */
export interface AccountQuery {
  id: string
  asOf: string | null
  cursor: string | null
}

export function statementInput({ id, asOf, cursor }: AccountQuery) {
  return { id, limit: 25, ...(asOf ? { asOf } : {}), ...(cursor ? { cursor } : {}) }
}
