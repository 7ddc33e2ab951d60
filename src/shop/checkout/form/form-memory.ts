import type { CardValues } from './card-rules'

/** What outlives a reload: nothing of the card. */
type StoredFields = Partial<Pick<CardValues, 'email' | 'name'>>

/**
 * What the shopper has typed into this page's form, which comes and goes with the states of the payment. It lives as long as the page;
 * of it, email and name outlive a reload. The security code is kept nowhere: it is asked for anew.
 */
export interface FormMemory {
  /** What to type in again; empty when there is nothing. */
  recall(): Partial<CardValues>
  keep(values: CardValues): void
}

export function formMemoryFor(
  orderId: string,
  shelf: () => Pick<Storage, 'getItem' | 'setItem'> = () => sessionStorage,
): FormMemory {
  const place = `payonce.typed:${orderId}`
  let now: Partial<CardValues> | null = null
  return {
    recall: () => now ?? parse(orNull(() => shelf().getItem(place))),
    keep({ email, name, number, expiry }) {
      now = { email, name, number, expiry }
      orNull(() => shelf().setItem(place, JSON.stringify({ email, name } satisfies StoredFields)))
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

/** Where storage is blocked, a reload begins anew. */
function orNull<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}
