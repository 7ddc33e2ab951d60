import type { BankCalls } from './bank-double'
import { answerOf, type PaymentInput, type PaymentReply } from './payment'

/** Charges whenever it is asked: a retry and a new purchase are the same to it. */
export async function payNaively(input: PaymentInput, bank: BankCalls): Promise<PaymentReply> {
  const charge = await bank.charge(input)
  return { status: 201, outcome: 'executed', body: answerOf(charge) }
}
