import { z } from 'zod'
import { type IdPrefix, showId } from '@/lib/id'
import type { Offender } from '@/platform/integrity'

export const offenderOut = z.object({ kind: z.string(), id: z.string(), detail: z.string() })

/** The prefix that ids of a table are shown with. */
const PREFIXES: Record<string, IdPrefix> = {
  payment: 'pay',
  orders: 'ord',
  order_item: 'ord',
  ledger_transaction: 'txn',
  account: 'acc',
  outbox_event: 'evt',
}

/** An offender's subject is `<table> <id>`, or the name of something that has no table. */
export function showOffender({ subject, detail }: Offender): z.infer<typeof offenderOut> {
  const [kind = '', id = ''] = subject.split(' ')
  const prefix = PREFIXES[kind]
  return { kind, id: prefix ? showId(prefix, id) : id, detail }
}
