import type { Problem } from '@payonce/idempotency/problems'

/** What `JSON.parse` does not say of a text: it takes the last of two members with one name, and `__proto__` is lost in copies. */

/** Strings, with the colon that makes one a member's name, and the limits of objects. A string in valid JSON has a colon only as a name. */
const TOKENS = /"(?:[^"\\]|\\.)*"(?=\s*(:)?)|[{}]/gs

/**
 * Refuses a member that an object has twice (RFC 8259, section 4: their meaning is unpredictable), and one named `__proto__`, at any depth.
 * @param text JSON; of another text the answer means nothing
 * @returns null: nothing is wrong
 */
export function problemOfMembers(text: string): Problem | null {
  const objects: Set<string>[] = []
  for (const [token, isName] of text.matchAll(TOKENS)) {
    if (token === '{') objects.push(new Set())
    else if (token === '}') objects.pop()
    else if (isName) {
      const name = nameOf(token)
      const names = objects.at(-1)
      if (name === '__proto__')
        return { kind: 'validation', detail: 'No member may be named __proto__. Rename it.' }
      if (names?.has(name))
        return {
          kind: 'validation',
          detail: `The member ${token} is there twice in one object. Send it once.`,
        }
      names?.add(name)
    }
  }
  return null
}

/** The same name may be written with escapes and without. */
function nameOf(token: string): string {
  if (!token.includes('\\')) return token.slice(1, -1)
  try {
    return JSON.parse(token) as string
  } catch {
    return token
  }
}

const CHARSET = /;\s*charset="?([^";]*)"?/i

/** Refuses a body that is not JSON, in UTF-8, as it is: 415 `unsupported-media`, with what is accepted. Null: it may be read. */
export function problemOfMedia(
  contentType: string | undefined,
  contentEncoding: string | undefined,
): Problem | null {
  if (!/^\s*application\/json\s*(;|$)/i.test(contentType ?? ''))
    return { kind: 'unsupported-media', detail: 'Send Content-Type: application/json.' }
  const charset = CHARSET.exec(contentType ?? '')?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    return {
      kind: 'unsupported-media',
      detail: `JSON is read as UTF-8 (RFC 8259), not as ${charset.slice(0, 40)}. Send it so.`,
    }
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity')
    return {
      kind: 'unsupported-media',
      detail: 'A body is read as it is. Send it without Content-Encoding.',
    }
  return null
}
