import type { CardValues } from './card-rules'

/** The fields that survive a reload: none of the card's. */
type StoredFields = Partial<Pick<CardValues, 'email' | 'name'>>

/**
 * The values typed into the form, which is unmounted and mounted again as the payment changes state. They live as long as
 * the page; only email and name survive a reload. The security code is never stored.
 */
export interface FormMemory {
  /** The values to fill in again; may be empty. */
  recall(): Partial<CardValues>
  keep(values: CardValues): void
}

export function formMemoryFor(
  orderId: string,
  storage: () => Pick<Storage, 'getItem' | 'setItem'> = () => sessionStorage,
): FormMemory {
  const itemName = `payonce.typed:${orderId}`
  let now: Partial<CardValues> | null = null
  return {
    recall: () => now ?? parse(orNull(() => storage().getItem(itemName))),
    keep({ email, name, number, expiry }) {
      now = { email, name, number, expiry }
      orNull(() => storage().setItem(itemName, JSON.stringify({ email, name } satisfies StoredFields)))
    },
  }
}

function parse(text: string | null): StoredFields {
  const read: { email?: unknown; name?: unknown } | null = orNull(() => JSON.parse(text ?? '{}'))
  return {
    ...(typeof read?.email === 'string' ? { email: read.email } : {}),
    ...(typeof read?.name === 'string' ? { name: read.name } : {}),
  }
}

/** Null where storage is blocked: then a reload starts with an empty form. */
function orNull<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}
