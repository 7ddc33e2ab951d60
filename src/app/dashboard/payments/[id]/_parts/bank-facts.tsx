import { Timestamp } from '@/ui/timestamp'
import type { PaymentData } from '../../../_parts/api'
import type { BankFacts } from '../../../_parts/bank-sentences'

/** What is known of a payment and the bank, for the sentences. */
export function bankFactsOf(payment: PaymentData): BankFacts {
  return {
    ...payment,
    fence: payment.record?.fence ?? 1,
    listIsWhole: isListWhole(payment),
    reserved: payment.authorisation !== null,
  }
}

/** Our copy of the bank's list reaches past the payment's end. Of one that has not ended, past its last change: the last question. */
function isListWhole({ bankList, events, status, updatedAt }: PaymentData): boolean {
  const end = events.find(({ type }) => type === `payment.${status}`)?.createdAt ?? updatedAt
  return bankList !== null && Date.parse(bankList.wholeUntil) >= Date.parse(end)
}

/** Where the number of charges comes from, and how old it is. */
export function CountedIn({ payment }: { payment: PaymentData }) {
  const { bankList } = payment
  if (!bankList) return 'The bank’s own list of charges has not been read yet.'
  return (
    <>
      By the bank’s own list of charges, read <Timestamp at={bankList.readAt} />.
      {!isListWhole(payment) && ' It does not reach this payment yet: a charge too many would not show.'}
    </>
  )
}
