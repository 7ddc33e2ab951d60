import { ReadableStream } from 'node:stream/web'

/** 1 hour: a file of millions of rows; a reader who takes longer has stopped reading. */
const STREAM_MS_MAX = 3_600_000

/**
 * The body of an answer from pieces that are made as the reader takes them: nothing is read ahead, and a reader who goes away ends the source
 * (its `finally` runs). A failure breaks the connection, so that half a file is never taken for a whole one.
 */
export function streamOf(
  pieces: AsyncIterable<string | Uint8Array>,
  on: { ended(): void; failed(error: unknown): void },
  now: () => number = Date.now,
): globalThis.ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const until = now() + STREAM_MS_MAX
  async function* bytes() {
    try {
      for await (const piece of pieces) {
        if (now() > until) throw new Error(`not taken within ${STREAM_MS_MAX} ms`)
        yield typeof piece === 'string' ? encoder.encode(piece) : piece
      }
    } catch (error) {
      on.failed(error)
      throw new Error('the file was broken off')
    } finally {
      on.ended()
    }
  }
  const source = bytes()
  // A reader who leaves before the first byte: a generator that has not begun runs no `finally`.
  const left = (): ReturnType<typeof source.return> => {
    on.ended()
    return source.return()
  }
  const untilLeft = { next: () => source.next(), return: left, [Symbol.asyncIterator]: () => untilLeft }
  return ReadableStream.from(untilLeft) as globalThis.ReadableStream<Uint8Array>
}
