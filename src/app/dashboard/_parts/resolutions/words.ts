import type { ParkedCaseData, ResolutionData } from '../api'

type Ending = ResolutionData['ending']
type Kind = ParkedCaseData['kind']

/** What is parked, as a heading names it. */
export const KIND_WORDS: Record<Kind, string> = {
  payment: 'Payment that is not known',
  refund: 'Refund that is not known',
  surplus: 'Charge beyond the payment',
  stray: 'Charge under a key that we do not know',
}

interface EndWords {
  /** On the button, and as the title of the dialog. */
  act: string
  /** What follows when another admin confirms. */
  effect: string
  /** Label of the reference that the statement shows. */
  reference?: string
}

const ENDINGS: Record<Ending, EndWords> = {
  charged: {
    act: 'The statement shows the charge',
    effect:
      'The payment succeeds with this charge: the order is paid, the sale is posted, and the customer gets the receipt.',
    reference: 'Bank’s reference of the charge',
  },
  'not-charged': {
    act: 'The statement shows no charge',
    effect: 'The payment ends as not charged: nothing is posted, and the customer may pay again.',
  },
  return: { act: 'Give it back', effect: 'The bank is asked to give the charge back, once.' },
  refunded: {
    act: 'The statement shows the refund',
    effect: 'The refund ends as made, and is posted.',
    reference: 'Bank’s reference of the refund',
  },
  'not-refunded': {
    act: 'The statement shows no refund',
    effect: 'The refund ends as not made: nothing is posted, and the amount can be refunded again.',
  },
  returned: {
    act: 'The statement shows it given back',
    effect: 'The charge ends as given back, and its posting is reversed. The bank is not asked.',
  },
  keep: {
    act: 'Keep it',
    effect: 'The money stays with you: it is posted as revenue. Do this only as agreed with the customer.',
  },
}

/** The words of an end. Of a payment, `return` also ends the payment; of a stray charge, it is posted first. */
export function endWords(kind: Kind, ending: Ending): EndWords {
  if (ending !== 'return') return ENDINGS[ending]
  const { act } = ENDINGS.return
  if (kind === 'payment')
    return {
      act: 'End the payment, give the charge back',
      effect:
        'The payment ends unpaid, and what the bank charged under its key is given back. The customer may pay again.',
    }
  return kind === 'stray'
    ? {
        act,
        effect:
          'The bank is asked to give the charge back, once. It is posted beyond the payment that you name; without one, as the bank’s movements show it.',
      }
    : { act, effect: 'The bank is asked again to give the charge back, under the same key: once at most.' }
}
