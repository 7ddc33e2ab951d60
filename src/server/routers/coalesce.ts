/** 2 s: as often as an open dashboard asks. */
const FRESH_MS = 2_000

/**
 * A check reads whole tables, and many may ask for it: those who ask while one is under way, or up to 2 s after it began, share it.
 * So one merchant never has two running, however often somebody presses.
 */
export function coalesce<Answer>() {
  const known = new Map<string, { until: number; answer: Promise<Answer> }>()
  return (merchantId: string, ask: () => Promise<Answer>, now: () => number = Date.now): Promise<Answer> => {
    const found = known.get(merchantId)
    if (found && now() < found.until) return found.answer
    const began = now()
    const asked = { until: Number.POSITIVE_INFINITY, answer: ask() }
    known.set(merchantId, asked)
    asked.answer.then(
      () => {
        asked.until = began + FRESH_MS
      },
      () => known.delete(merchantId),
    )
    return asked.answer
  }
}
