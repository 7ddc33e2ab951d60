import { formatMoney } from '@/lib/money'
import type { StepEvent } from './payment-step'

type EndEvent = Extract<StepEvent, { kind: 'end-request' | 'end-asked' | 'end-answer' | 'end-open' }>

/** The steps of a capture or void in words. @param who asked for it, with a capital */
export function explainEnd(event: EndEvent, who: string): { label: string; sentence: string } {
  switch (event.kind) {
    case 'end-request': {
      const money = formatMoney(event.amount, event.currency)
      return event.end === 'capture'
        ? { label: `Capture ${money}`, sentence: `${who} asked to capture ${money} of what is reserved.` }
        : { label: `Void ${money}`, sentence: `${who} asked to release the reserved ${money}.` }
    }
    case 'end-asked': {
      const money = formatMoney(event.amount, event.currency)
      if (event.end === 'capture')
        return { label: `Capture ${money}?`, sentence: `The bank was asked to capture ${money}.` }
      const why = event.end === 'expiry' ? 'Nobody had captured it in its time: the' : 'The'
      return { label: `Release ${money}?`, sentence: `${why} bank was asked to release ${money}.` }
    }
    case 'end-answer': {
      const money = formatMoney(event.amount, event.currency)
      if (event.ended === 'released')
        return { label: `Released ${money}`, sentence: `The bank answered that it released ${money}.` }
      const rest = formatMoney(event.reserved - event.amount, event.currency)
      const more = event.reserved > event.amount ? `, and released the other ${rest}` : ''
      return { label: `Captured ${money}`, sentence: `The bank answered that it captured ${money}${more}.` }
    }
    case 'end-open':
      return event.parked ? PARKED : OPEN[event.end === 'capture' ? 'capture' : 'void']
  }
}

const OPEN = {
  capture: {
    label: 'Not known yet',
    sentence:
      'The bank has not said yet whether it captured. We keep asking: an amount is captured once at most.',
  },
  void: {
    label: 'Not known yet',
    sentence: 'The bank has not said yet whether it released the amount. We keep asking.',
  },
}

const PARKED = {
  label: 'Parked: a person must decide',
  sentence: 'What the bank answered cannot be booked. Nobody asks it any more: a person must decide.',
}
