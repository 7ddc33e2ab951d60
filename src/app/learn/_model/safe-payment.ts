import type { Operation } from '@payonce/idempotency'
import { defineOperation, type InDoubt } from '@payonce/idempotency'
import type { MemoryForm, MemoryWrite } from '@payonce/idempotency/memory'
import type { BankCalls, MadeCharge } from './bank-double'
import { answerOf, type PaymentInput } from './payment'

/** A row of the shop's own, beside the record of its key. */
export interface PaidRow extends PaymentInput {
  /** The key determines it, and the bank gets it as its own key. */
  id: string
  charge: string | null
}

/**
 * Charges once per key. The engine calls `begin` in the commit that claims the key, then `ask`. After a crash it
 * calls `find`, which asks the bank first; a charge that was never made is made under the same key.
 */
export function safePayment(bank: BankCalls, rows: Map<string, PaidRow>): SafePayment {
  return defineOperation<PaymentInput, PaidRow, MadeCharge, MemoryForm>({
    name: 'payments.create',
    begin: (input, { subjectId }) => put(rows, { ...input, id: subjectId, charge: null }),
    ask: (row) => bank.charge(requestOf(row)),
    find: async (row) => (await bank.find(row.id)) ?? bank.charge(requestOf(row)),
    finish: (row, charge) => ({
      to: 'completed',
      answer: { status: 201, problem: null, body: answerOf(charge) },
      writes: [put(rows, { ...row, charge: charge.id })],
    }),
    recall: async (_, id) => rows.get(id) ?? null,
  })
}

type SafePayment = Operation<PaymentInput, PaidRow, MadeCharge | InDoubt, MemoryForm>

function requestOf({ id, amountMinor, currency }: PaidRow) {
  return { key: id, amountMinor, currency }
}

/** A write of one row, which the store makes in the same commit as its own. */
function put(rows: Map<string, PaidRow>, row: PaidRow): MemoryWrite {
  return {
    name: 'put',
    rows: 1,
    check: () => 1,
    apply: () => {
      rows.set(row.id, row)
      return row
    },
  }
}
