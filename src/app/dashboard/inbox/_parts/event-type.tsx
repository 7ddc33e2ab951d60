import { Fragment } from 'react'

/** `payment_intent.succeeded`, which may break after its dots and lines on a narrow screen. */
export function EventType({ type }: { type: string }) {
  return type.split(/(?<=[._])/).map((part, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one type never change their order
    <Fragment key={place}>
      {place > 0 && <wbr />}
      {part}
    </Fragment>
  ))
}

/** The server's words for what became of an event begin small, since they are joined there. */
export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
