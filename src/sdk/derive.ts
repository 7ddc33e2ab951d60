/** Keys that are made of something, for programs that cannot store one. */

/** 1,000 characters: a task's id or a sentence. */
const INTENT_MAX = 1_000

/** Bound into each key, so that another way of making them never gives an earlier key to another request. */
const VERSION = 1

/**
 * The key of an intent: what somebody wants done once. Any program that names the same intent for the same call has the same key, with nothing stored.
 * The contents take no part, so other contents under one intent are refused, not done.
 * @throws TypeError for an intent that names nothing
 */
export async function keyOfIntent(path: string, intentId: string): Promise<string> {
  if (typeof intentId !== 'string' || intentId.trim() === '' || intentId.length > INTENT_MAX)
    throw new TypeError(
      `intentId names what is wanted once, in 1 to ${INTENT_MAX} characters, such as the id of the task: 'task_8f2, first payment'.`,
    )
  return `intent-${await hashOf(['intent', VERSION, path, intentId])}`
}

/** The key of a call's contents. Two equal calls are one, whoever makes them, and however long after one another. */
export async function keyOfContents(path: string, body: unknown): Promise<string> {
  return `contents-${await hashOf(['contents', VERSION, path, ordered(body)])}`
}

/** SHA-256 in base64url. */
async function hashOf(parts: unknown[]): Promise<string> {
  if (!globalThis.crypto?.subtle)
    throw new TypeError(
      'A key is made with crypto.subtle, which this runtime lacks (a page on plain http): give an idempotencyKey.',
    )
  const bytes = new TextEncoder().encode(JSON.stringify(parts))
  const hash = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes))
  return btoa(String.fromCharCode(...hash))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** The value as JSON sends it, with the members of each object in one order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return { members: members.map(([name, member]) => [name, ordered(member)]) }
}
