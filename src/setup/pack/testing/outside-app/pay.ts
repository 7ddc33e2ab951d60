import { defineOperation } from '@payonce/idempotency'
import { claimedSql, type SqlForm } from '@payonce/idempotency/prisma'
import { Prisma, type PrismaClient } from './generated/client.ts'

type Row = { id: string; amount: number }
type Charge = { charged: boolean }

/** A payment through a bank: the row and its key in one commit, then the bank is asked, then the answer and the row in another commit. */
export function payThrough(prisma: PrismaClient, bank: string) {
  const ask = async (row: Row, method: string): Promise<Charge> => {
    const response = await fetch(`${bank}/${row.id}?amount=${row.amount}`, { method })
    if (!response.ok) throw new Error(`the bank answered ${response.status}`)
    return (await response.json()) as Charge
  }
  return defineOperation<{ amount: number }, Row, Charge, SqlForm>({
    name: 'payments.create',
    begin: ({ amount }, _, claim) => ({
      name: 'payment',
      sql: claimedSql`
        INSERT INTO "Payment" (id, amount, status) SELECT subject_id, ${amount}, 'sending' FROM ${claim}
        RETURNING id::text, amount`,
    }),
    ask: (row) => ask(row, 'POST'),
    find: (row) => ask(row, 'GET'),
    finish: ({ id, amount }, { charged }) => ({
      to: 'completed',
      answer: { status: charged ? 201 : 402, problem: null, body: JSON.stringify({ id, amount, charged }) },
      writes: [
        {
          name: 'payment',
          rows: 1,
          sql: Prisma.sql`UPDATE "Payment" SET status = ${charged ? 'paid' : 'failed'} WHERE id = ${id}::uuid RETURNING 1`,
        },
      ],
    }),
    recall: (_, id) => prisma.payment.findUnique({ where: { id } }),
  })
}
