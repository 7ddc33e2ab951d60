import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import { checkLedgerChain, checkNewestLinks } from '@/ledger/chain-check'
import { fieldChange, type LoggedEntry, listAudit } from '@/platform/audit'
import { chainHeads } from '@/platform/chains'
import type { Db } from '@/platform/db'
import { findings, isBroken } from '@/platform/integrity'
import { router, viewerProcedure } from '../trpc'
import { instant, paged, pageSize, time, words } from '../wire/json'
import { coalesce } from './coalesce'

const entryOut = z.object({
  id: z.string(),
  seq: z.string(),
  actor: z.string(),
  /** The operator's or the API key's own name; null: it has none, or is no longer there. */
  actorName: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  action: z.string(),
  subject: z.string(),
  detail: z.string(),
  /** Field by field; empty where the entry is no change. */
  changes: z.array(fieldChange),
  at: z.string(),
  hash: z.string(),
})

const stateOut = z.object({
  checkedAt: z.string(),
  /** Links of the ledger's chain that were recomputed at most, the newest. */
  linksMax: z.number(),
  heads: z.array(z.object({ chain: z.enum(['audit', 'ledger']), seq: z.string(), hash: z.string() })),
  /** The first wrong link of each rule that is broken. */
  wrong: z.array(z.object({ subject: z.string(), detail: z.string() })),
})
type ChainState = z.infer<typeof stateOut>

/** The filters of the audit log, of the page and of the export. */
export const auditFilter = z.strictObject({
  actor: words(200).optional(),
  action: words(100).optional(),
  subject: words(200).optional(),
  from: instant.optional(),
  until: instant.optional(),
})

/** Links of the ledger that a page recomputes. 20,000: about a second; all of them are the work of `npm run verify`. */
const LINKS_MAX = 20_000
const NEWEST_ONLY = {
  'ledger-is-chained': (db: Db, merchantId: string | null) =>
    merchantId === null ? checkLedgerChain(db, null) : checkNewestLinks(db, merchantId, LINKS_MAX),
}

/** A check recomputes the hashes of the merchant's two chains: one at a time, however many look on. */
const recentState = coalesce<ChainState>()

export const auditRouter = router({
  list: viewerProcedure
    .input(
      auditFilter.extend({
        cursor: z
          .string()
          .regex(/^\d{1,18}$/)
          .optional(),
        limit: pageSize,
      }),
    )
    .output(z.object({ items: z.array(entryOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input: { cursor, limit, ...filter } }) => {
      const page = { ...filter, before: cursor ?? null, limit: limit + 1 }
      const rows = await listAudit(ctx.pages, ctx.operator.merchantId, page)
      const names = await actorNames(
        ctx.pages,
        ctx.operator.merchantId,
        rows.map(({ actor }) => actor),
      )
      return paged(
        rows,
        limit,
        (entry) => showEntry(entry, names),
        ({ seq }) => seq,
      )
    }),

  chains: viewerProcedure.output(stateOut).query(({ ctx }) => {
    const { merchantId } = ctx.operator
    return recentState(merchantId, async () => {
      const heads = await chainHeads(ctx.pages, merchantId)
      const broken = (await findings(ctx.pages, ['chain'], merchantId, NEWEST_ONLY)).filter(isBroken)
      return {
        checkedAt: time(new Date()),
        linksMax: LINKS_MAX,
        heads: heads.map(({ chain, seq, hash }) => ({ chain, seq, hash })),
        wrong: broken.flatMap(({ offenders }) =>
          offenders.map(({ subject, detail }) => ({ subject, detail })),
        ),
      }
    })
  }),
})

function showEntry(entry: LoggedEntry, names: ReadonlyMap<string, string>): z.infer<typeof entryOut> {
  return { ...entry, actorName: names.get(entry.actor) ?? null, at: time(entry.at) }
}
