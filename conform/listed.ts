import { objectOf } from './answer'
import type { Intent } from './target'
import type { Trial } from './trial'

/**
 * How many effects a request really had, where the API lists them (--list) and the body carries {{uuid}}: the rows of the list that hold
 * it. Without this, an effect is seen only where its answer was. @returns null where there is nothing to count
 */
export async function countListed({ given, target, wire }: Trial, intent: Intent): Promise<number | null> {
  if (!given.listUrl || !intent.body.includes(intent.mark)) return null
  const { headers } = target.ask(intent, { keyLines: [] })
  const answer = await wire.send({ url: given.listUrl, method: 'GET', headers, body: '' })
  if (answer.kind === 'none' || answer.status !== 200) return null
  return rowsOf(answer.body)?.filter((row) => JSON.stringify(row).includes(intent.mark)).length ?? null
}

/** A list is a JSON array, or the first member of an object that is one. */
function rowsOf(body: string): unknown[] | null {
  try {
    const parsed: unknown = JSON.parse(body)
    if (Array.isArray(parsed)) return parsed
  } catch {
    return null
  }
  return Object.values(objectOf(body) ?? {}).find((value) => Array.isArray(value)) ?? null
}
