import { z } from 'zod'
import { type Db, rows, sql } from './db'

const chainHead = z.strictObject({
  merchantId: z.string(),
  chain: z.enum(['audit', 'ledger']),
  /** Number of links. A text: a pinned head is compared letter by letter. */
  seq: z.string(),
  /** SHA-256 of the last link, in hexadecimal. */
  hash: z.string(),
})
/** The end of one merchant's chain. Kept elsewhere, it proves later that nothing before it was rewritten. */
export type ChainHead = z.infer<typeof chainHead>

/** Where a chain has a link with a hash that somebody noted: it was the chain's end then. */
export const notedLink = z.strictObject({
  merchantId: z.string(),
  /** Place in the merchant's chain. */
  seq: z.string(),
  at: z.date(),
  /** Links that the chain has had since. */
  since: z.string(),
})
export type NotedLink = z.infer<typeof notedLink>

/** The ends of all chains, of one merchant or (null) of all. */
export function chainHeads(db: Db, merchantId: string | null): Promise<ChainHead[]> {
  const own = merchantId === null ? sql`true` : sql`merchant_id = ${merchantId}::uuid`
  return rows(
    db,
    chainHead,
    sql`
      SELECT merchant_id::text AS "merchantId", chain, seq::text, encode(hash, 'hex') AS hash
      FROM chain_head WHERE ${own} ORDER BY merchant_id, chain`,
  )
}
