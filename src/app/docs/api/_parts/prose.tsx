/** A description of the document: text with `code` between backticks, in paragraphs. */
export function Prose({ text, className }: { text: string; className?: string }) {
  return text.split(/\n\s*\n/).map((paragraph) => (
    <p key={paragraph} className={className}>
      <Inline text={paragraph} />
    </p>
  ))
}

/** The same within a line. */
export function Inline({ text }: { text: string }) {
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never move
      <code key={index} className="font-mono text-[0.92em] text-ink [overflow-wrap:anywhere]">
        {part}
      </code>
    ) : (
      part
    ),
  )
}
