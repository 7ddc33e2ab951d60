import { objectOf } from './answer'
import type { Intent } from './target'
import type { Trial } from './trial'

/**
 * Counts the effects that a request really had: the rows of the API's list (--list) that hold the {{uuid}} of its body. Without a list
 * an effect is seen only through its answer. @returns null where there is no list, or no {{uuid}} in the body
 */
export async function countListed({ given, target, wire }: Trial, intent: Intent): Promise<number | null> {
  if (!given.listUrl || !intent.body.includes(intent.mark)) return null
  const { headers } = target.requestFor(intent, { keyLines: [] })
  const answer = await wire.send({ url: given.listUrl, method: 'GET', headers, body: '' })
  if (answer.kind === 'none' || answer.status !== 200) return null
  return rowsOf(answer.body)?.filter((row) => JSON.stringify(row).includes(intent.mark)).length ?? null
}

/** The list: a JSON array, or the first array among the members of an object. */
function rowsOf(body: string): unknown[] | null {
  try {
    const parsed: unknown = JSON.parse(body)
    if (Array.isArray(parsed)) return parsed
  } catch {
    return null
  }
  return Object.values(objectOf(body) ?? {}).find((value) => Array.isArray(value)) ?? null
}
