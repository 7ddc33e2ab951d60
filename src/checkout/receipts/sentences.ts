import type { ReadReceipt } from './mail'

/** What the sentences of a receipt are made of. */
export type ReceiptFacts = Pick<
  ReadReceipt,
  | 'status'
  | 'amount'
  | 'released'
  | 'refunded'
  | 'refundUnderWay'
  | 'parked'
  | 'fromPage'
  | 'requests'
  | 'held'
  | 'charges'
  | 'unexplained'
  | 'surplusRefunded'
  | 'surplusRefundedAmount'
  | 'surplusDueAmount'
  | 'surplusParkedAmount'
  | 'listIsWhole'
>

/** A sentence of the receipt, and the amount that it names, in minor units of the payment's currency. */
interface Note {
  text: 'released' | 'refundedPart' | 'refundUnderWay' | 'surplusRefunded' | 'surplusDue' | 'surplusParked'
  amount: number
}

/** The title of a paid receipt, and what became of the money since: each only where it is known. */
export function paidSentences(receipt: ReceiptFacts): { title: 'paid' | 'refundedAll'; notes: Note[] } {
  const refunded = refundedOf(receipt)
  const all = refunded > 0 && refunded === receipt.amount
  const notes: Note[] = [
    { text: 'released', amount: receipt.released },
    { text: 'refundedPart', amount: all ? 0 : refunded },
    { text: 'refundUnderWay', amount: receipt.refundUnderWay },
    ...surplusNotes(receipt),
  ]
  return { title: all ? 'refundedAll' : 'paid', notes: notes.filter(({ amount }) => amount > 0) }
}

/** What was refunded. A refund under way is taken from the payment, and not refunded yet. */
export function refundedOf({ refunded, refundUnderWay }: ReceiptFacts): number {
  return refunded - refundUnderWay
}

type UnpaidText =
  | 'checking'
  | 'waiting'
  | 'authorised'
  | 'confirm'
  | 'declined'
  | 'declinedCharged'
  | 'notCharged'
  | 'notChargedCharged'

/** The text of a receipt that is not paid, and whether the payment may still change by itself. */
export function unpaidSentences(receipt: ReceiptFacts): { text: UnpaidText; open: boolean; notes: Note[] } {
  const notes = surplusNotes(receipt).filter(({ amount }) => amount > 0)
  const charged = receipt.charges > 0
  switch (receipt.status) {
    case 'declined':
      return { text: charged ? 'declinedCharged' : 'declined', open: false, notes }
    case 'not_charged':
    case 'voided':
      return { text: charged ? 'notChargedCharged' : 'notCharged', open: false, notes }
    case 'authorised':
      if (!charged) return { text: 'authorised', open: false, notes }
      // A charge in the bank's list: it was captured, and the worker finds that out.
      return { text: receipt.parked ? 'waiting' : 'checking', open: !receipt.parked, notes }
    case 'requires_action':
      return { text: receipt.parked || charged ? 'waiting' : 'confirm', open: !receipt.parked, notes }
    default:
      return receipt.parked
        ? { text: 'waiting', open: false, notes }
        : { text: 'checking', open: true, notes }
  }
}

function surplusNotes(receipt: ReceiptFacts): Note[] {
  return [
    { text: 'surplusRefunded', amount: receipt.surplusRefundedAmount },
    { text: 'surplusDue', amount: receipt.surplusDueAmount },
    { text: 'surplusParked', amount: receipt.surplusParkedAmount },
  ]
}

/**
 * The counts that prove the payment. One charge is called proven only where the bank's list says so. Of several requests of a page some may
 * be its own retries, so presses are named only where there was one.
 */
export function proofOf(receipt: ReceiptFacts): {
  title: 'title' | 'titleOne'
  presses: number | null
  counted: 'list' | 'answer'
} {
  const one = receipt.charges - receipt.surplusRefunded === 1
  return {
    title: receipt.listIsWhole && one ? 'titleOne' : 'title',
    presses: receipt.fromPage && receipt.requests === 1 ? receipt.requests + receipt.held : null,
    counted: receipt.listIsWhole || receipt.charges > 1 ? 'list' : 'answer',
  }
}
