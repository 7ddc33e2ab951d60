import { minorOfText, textOfMinor } from '@/lib/minor-of-text'
import type { OrderData } from '../../../_parts/api'

/** A line of an order as somebody types it. */
export interface LineDraft {
  /** Of the fields on the page alone. */
  id: string
  name: string
  quantity: string
  price: string
}

/** An order as somebody changes it. */
export interface ChangeDraft {
  lines: LineDraft[]
  /** RFC 3339; null: it does not expire. */
  expiresAt: string | null
}

/** What is sent of a draft: only what differs. */
export type OrderChanges =
  | { items?: { name: string; quantity: number; unitAmount: number }[]; expiresAt?: string | null }
  | { wrong: string }

export function newLine(): LineDraft {
  return { id: crypto.randomUUID(), name: '', quantity: '1', price: '' }
}

export function draftOf({
  items,
  currency,
  expiresAt,
}: Pick<OrderData, 'items' | 'currency' | 'expiresAt'>): ChangeDraft {
  const lines = items.map(({ name, quantity, unitAmount }) => ({
    ...newLine(),
    name,
    quantity: String(quantity),
    price: textOfMinor(unitAmount, currency),
  }))
  return { lines, expiresAt }
}

/** The total of a draft in minor units; null while a line is not complete. */
export function sumOf({ lines }: ChangeDraft, currency: string): number | null {
  const items = lines.map((line) => itemOf(line, currency))
  if (items.some((item) => item === null)) return null
  return items.reduce((sum, item) => sum + (item ? item.quantity * item.unitAmount : 0), 0)
}

/** @param order what the draft began with */
export function changesOf(
  draft: ChangeDraft,
  order: Pick<OrderData, 'items' | 'currency' | 'expiresAt'>,
): OrderChanges {
  const items = draft.lines.map((line) => itemOf(line, order.currency))
  const incomplete = items.indexOf(null)
  if (incomplete >= 0)
    return { wrong: `Item ${incomplete + 1} needs a name, a quantity from 1 and a price above zero.` }
  const same =
    JSON.stringify(items) ===
    JSON.stringify(order.items.map(({ name, quantity, unitAmount }) => ({ name, quantity, unitAmount })))
  if (same && draft.expiresAt === order.expiresAt) return { wrong: 'Nothing has changed yet.' }
  return {
    ...(same ? {} : { items: items.flatMap((item) => item ?? []) }),
    ...(draft.expiresAt === order.expiresAt ? {} : { expiresAt: draft.expiresAt }),
  }
}

function itemOf({ name, quantity, price }: LineDraft, currency: string) {
  const unitAmount = minorOfText(price, currency)
  if (name.trim() === '' || !/^[1-9]\d{0,6}$/.test(quantity.trim()) || !unitAmount) return null
  return { name: name.trim(), quantity: Number(quantity), unitAmount }
}
