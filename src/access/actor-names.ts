import { z } from 'zod'
import { type Db, joinSql, rows, sql } from '@/platform/db'

const namedActor = z.strictObject({ actor: z.string(), name: z.string() })

/**
 * Names for people of actors (`Actor.name`): the operator's and the API key's own names. An actor without one is missing: a shopper, a job
 * of ours, an operator who was removed, and whoever belongs to another merchant.
 */
export async function actorNames(
  db: Db,
  merchantId: string,
  actors: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const named = [...new Set(actors)].filter((actor) => actor && /^(operator|key):./.test(actor)) as string[]
  if (named.length === 0) return new Map()
  const found = await rows(
    db,
    namedActor,
    sql`
      SELECT 'operator:' || o.id AS actor, o.name FROM operator o
      WHERE o.merchant_id = ${merchantId}::uuid AND 'operator:' || o.id IN (${joinSql(named)})
      UNION ALL
      SELECT 'key:' || k.id, k.name FROM api_key k
      WHERE k.merchant_id = ${merchantId}::uuid AND 'key:' || k.id IN (${joinSql(named)})`,
  )
  return new Map(found.map(({ actor, name }) => [actor, name]))
}
