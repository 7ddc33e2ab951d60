/** 2 s: as often as an open dashboard asks. */
const FRESH_MS = 2_000
/**
 * Answers that are remembered, one per merchant. 1,000: far more merchants than look at a dashboard within 2 s
 * of one process.
 */
const REMEMBERED_MAX = 1_000

/**
 * One answer for everybody who asks within 2 s: a check reads whole tables, so those who ask while one is
 * under way, or up to 2 s after it began, get that one. A merchant thus has one check running, however often
 * its dashboard asks. An answer that was forgotten because of `rememberedMax` costs one more check.
 */
export function coalesce<Answer>(rememberedMax = REMEMBERED_MAX) {
  const known = new Map<string, { until: number; answer: Promise<Answer> }>()
  return (merchantId: string, ask: () => Promise<Answer>, now: () => number = Date.now): Promise<Answer> => {
    const found = known.get(merchantId)
    if (found && now() < found.until) return found.answer
    const began = now()
    const asked = { until: Number.POSITIVE_INFINITY, answer: ask() }
    known.delete(merchantId)
    if (known.size >= rememberedMax) known.delete(known.keys().next().value as string)
    known.set(merchantId, asked)
    asked.answer.then(
      () => {
        asked.until = began + FRESH_MS
      },
      () => {
        if (known.get(merchantId) === asked) known.delete(merchantId)
      },
    )
    return asked.answer
  }
}
