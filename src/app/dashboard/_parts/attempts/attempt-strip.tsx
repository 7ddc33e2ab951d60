import { GlyphStrip, type OutcomeName } from '@/ui/status'
import { type OutcomeCounts, requestsOf } from '../payment-sentences'
import { counted } from '../words'

type Counts = OutcomeCounts & { strip: string[] }

/** A glyph for each request in order, then the number of presses that never became a request: `●○○ 24 held`. */
export function AttemptStrip({ counts }: { counts: Counts }) {
  const requests = counts.strip.filter((outcome) => outcome !== 'held') as OutcomeName[]
  const more = requestsOf(counts) + counts.recovered - requests.length
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5 max-md:justify-end md:flex-nowrap">
      <GlyphStrip outcomes={requests} max={8} />
      {more > 0 && <span className="figures text-2xs text-ink-3">+{more}</span>}
      {counts.held > 0 && (
        <span
          className="figures whitespace-nowrap rounded-sm bg-muted px-1 text-2xs text-ink-2"
          title={`${counts.held} presses held back by the page`}
        >
          {counts.held}
          <span className="sr-only"> presses</span> held
        </span>
      )}
    </span>
  )
}

/** `3→1`: requests received, charges at the bank; `?` where their number is not known. */
export function RequestsToCharges({
  requests,
  charges,
}: {
  requests: number
  charges: { mark: string; words: string }
}) {
  return (
    <span
      className="figures font-medium"
      title={`${counted(requests, 'request', 'requests')}, ${charges.words}`}
    >
      {requests}
      <span aria-hidden="true" className="text-ink-3">
        →
      </span>
      <span className="sr-only"> requests, </span>
      <span aria-hidden="true">{charges.mark}</span>
      <span className="sr-only">{charges.words}</span>
    </span>
  )
}
