/**
 * Characters of a text that payments are searched for, at least. Three: shorter ones are in no index (`text_parts` in migration 0050), so
 * every payment would be compared with them.
 */
export const SEARCH_MIN = 3

/** True for a text that payments may be searched for. Counts characters as PostgreSQL does, not units of UTF-16. */
export function isLongEnough(text: string): boolean {
  return [...text.trim()].length >= SEARCH_MIN
}
