import type { WebhookTypes } from '../../_parts/api'

/** The events that an endpoint gets. Null: all, also those to come. */
export type ChosenEvents = readonly string[] | null

export function EventChoice({
  types,
  chosen,
  onChange,
  missing,
}: {
  types: WebhookTypes
  chosen: ChosenEvents
  onChange(chosen: ChosenEvents): void
  missing: boolean
}) {
  const toggle = (type: string) =>
    onChange(
      types
        .map((one) => one.type)
        .filter((one) => (one === type ? !chosen?.includes(one) : chosen?.includes(one))),
    )
  return (
    <fieldset aria-describedby={missing ? 'webhook-events-error' : undefined}>
      <legend className="mb-1.5 font-medium text-sm">Events</legend>
      {[
        { all: true, word: 'All events, also those to come' },
        { all: false, word: 'Only these' },
      ].map(({ all, word }) => (
        <label key={word} className="flex min-h-8 items-center gap-2.5 text-sm">
          <input
            type="radio"
            name="webhook-events"
            className="size-4 shrink-0"
            checked={(chosen === null) === all}
            onChange={() => onChange(all ? null : [])}
          />
          {word}
        </label>
      ))}
      {chosen !== null && (
        <div className="mt-1 ms-6 flex flex-col">
          {types.map(({ type, summary }) => (
            <label key={type} className="flex items-start gap-2.5 py-1.5 text-sm">
              <input
                type="checkbox"
                className="mt-0.5 size-4 shrink-0"
                checked={chosen.includes(type)}
                onChange={() => toggle(type)}
              />
              <span className="min-w-0">
                <span className="font-mono text-xs [overflow-wrap:anywhere]">{type}</span>
                <span className="block text-ink-3 text-ui">{summary}</span>
              </span>
            </label>
          ))}
        </div>
      )}
      {missing && (
        <p id="webhook-events-error" role="alert" className="mt-1.5 text-bad text-ui">
          Choose at least one event.
        </p>
      )}
    </fieldset>
  )
}
