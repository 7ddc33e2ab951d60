/** For how long an old secret or key goes on beside its successor: one choice of a few. */
export function OverlapChoice({
  legend,
  choices,
  chosen,
  onChoose,
}: {
  legend: string
  choices: readonly { hours: number; word: string; hint: string }[]
  chosen: number
  onChoose(hours: number): void
}) {
  return (
    <fieldset className="mt-4">
      <legend className="mb-1.5 font-medium text-sm">{legend}</legend>
      {choices.map(({ hours, word, hint }) => (
        <label key={hours} className="flex items-start gap-2.5 py-1.5 text-sm">
          <input
            type="radio"
            name="overlap"
            className="mt-0.5 size-4 shrink-0"
            checked={chosen === hours}
            onChange={() => onChoose(hours)}
          />
          <span>
            {word} <span className="block text-ink-3 text-ui">{hint}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
