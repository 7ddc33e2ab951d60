/**
 * Time until the bank is asked again about an unknown outcome, in milliseconds. A second at first, since most doubts are short; then a
 * quarter of the age, and at most a minute, so that an outage of hours costs few questions.
 */
export function nextCheckMs(ageMs: number): number {
  return Math.min(60_000, Math.max(1_000, ageMs / 4))
}
