/** Columns of the list that can be left out; amount, status and time are always there. */
export const COLUMNS = {
  order: 'Order',
  customer: 'Customer',
  card: 'Card',
  requests: 'Requests→charges',
} as const

export type ColumnName = keyof typeof COLUMNS
