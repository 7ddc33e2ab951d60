/** When to ask the bank again about what is in doubt, in ms: soon at first, since most doubts are short; then ever less often, up to a minute apart. */
export function nextCheckMs(ageMs: number): number {
  return Math.min(60_000, Math.max(1_000, ageMs / 4))
}
