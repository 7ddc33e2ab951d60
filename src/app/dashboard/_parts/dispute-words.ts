import type { Tone } from '@/ui/badge'

interface Dispute {
  state: 'open' | 'won' | 'lost' | 'closed'
  amountHeld: number
  amountLost: number
  checkedAt: string | null
}

/** How a dispute stands, by what the bank has said: a word, and what is known of its money. */
export function disputeWords({ state, amountHeld, amountLost, checkedAt }: Dispute): {
  word: string
  tone: Tone
  money: string
} {
  if (checkedAt === null)
    return { word: 'Not known yet', tone: 'warn', money: 'The bank was not asked yet how it stands.' }
  switch (state) {
    case 'open':
      return { word: 'Open', tone: 'warn', money: 'The bank holds the money until it has decided.' }
    case 'won':
      return amountHeld === 0
        ? { word: 'Won', tone: 'ok', money: 'The bank gave the money back.' }
        : { word: 'Won', tone: 'warn', money: 'The bank has not given all of the money back yet.' }
    case 'closed':
      return amountHeld === 0
        ? { word: 'Closed', tone: 'neutral', money: 'The bank holds no money.' }
        : { word: 'Closed', tone: 'warn', money: 'The bank has not given the money back.' }
    case 'lost':
      return amountLost === 0
        ? { word: 'Lost', tone: 'bad', money: 'Its loss is not posted.' }
        : { word: 'Lost', tone: 'bad', money: 'The money went back to the cardholder.' }
  }
}

/** What disputes have made of a payment, in a few words; null: no money of it is held or lost. A payment that stays "paid" is not ours to keep. */
export function disputeBadge({
  amountDisputed,
  amountDisputeLost,
}: {
  amountDisputed: number
  amountDisputeLost: number
}): { word: string; tone: Tone } | null {
  if (amountDisputeLost !== 0) return { word: 'Charged back', tone: 'bad' }
  return amountDisputed === 0 ? null : { word: 'Disputed', tone: 'warn' }
}
