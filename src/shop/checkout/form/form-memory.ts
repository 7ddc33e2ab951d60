import { type CardValues, digitsOf, groupNumber } from './card-rules'
import { TEST_CARDS, tokenFor } from './test-cards'

/** What survives a reload: nothing of a card but the token of a test card that was sent. */
type StoredFields = Partial<Pick<CardValues, 'email' | 'name'> & { token: string }>

/** The expiry date of every test card, as the picker fills it in. */
export const TEST_EXPIRY = '12 / 34'

/**
 * The values typed into the form, which is unmounted and mounted again as the payment changes state. They live as long as
 * the page; email and name survive a reload, and so does the test card of a payment that was sent: the way to the bank's page and back is
 * one. The security code is never stored.
 */
export interface FormMemory {
  /** The values to fill in again; may be empty. */
  recall(): Partial<CardValues>
  keep(values: CardValues): void
  /** The same, when a payment is sent. */
  keepSent(values: CardValues): void
}

export function formMemoryFor(
  orderId: string,
  storage: () => Pick<Storage, 'getItem' | 'setItem'> = () => sessionStorage,
): FormMemory {
  const itemName = `payonce.typed:${orderId}`
  let now: Partial<CardValues> | null = null
  return {
    recall: () => now ?? filled(stored()),
    keep: (values) => keep(values, stored().token),
    keepSent: (values) => keep(values, tokenFor(digitsOf(values.number)) ?? undefined),
  }

  function stored(): StoredFields {
    return parse(orNull(() => storage().getItem(itemName)))
  }

  function keep({ email, name, number, expiry }: CardValues, token: string | undefined): void {
    now = { email, name, number, expiry }
    const kept: StoredFields = { email, name, ...(token ? { token } : {}) }
    orNull(() => storage().setItem(itemName, JSON.stringify(kept)))
  }
}

function filled({ token, ...typed }: StoredFields): Partial<CardValues> {
  const card = TEST_CARDS.find((each) => each.token === token)
  return card ? { ...typed, number: groupNumber(card.number), expiry: TEST_EXPIRY } : typed
}

function parse(text: string | null): StoredFields {
  const read: { email?: unknown; name?: unknown; token?: unknown } | null = orNull(() =>
    JSON.parse(text ?? '{}'),
  )
  return {
    ...(typeof read?.email === 'string' ? { email: read.email } : {}),
    ...(typeof read?.name === 'string' ? { name: read.name } : {}),
    ...(typeof read?.token === 'string' ? { token: read.token } : {}),
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
