import type { Context, MiddlewareHandler } from 'hono'
import { sendProblem } from './rest/respond'

/**
 * Refuses a body of more than `maxBytes` with 413 `too-large`, whether it states its length or not. A stated length is looked at and
 * nothing else: Node's parser ends the body there. Without one the bytes are counted as they come, and no more than `maxBytes` are kept.
 */
export function limitBody(maxBytes: number): MiddlewareHandler {
  const refuse = (c: Context) =>
    sendProblem(c, { kind: 'too-large', detail: `A body may have ${maxBytes} bytes.` })
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const stated = statedLength(c)
    if (stated !== null) return stated > maxBytes ? refuse(c) : next()
    const { body } = c.req.raw
    if (!body) return next()
    const read = await readAtMost(body, maxBytes)
    if (!read) return refuse(c)
    c.req.raw = new Request(c.req.raw, { body: read })
    return next()
  }
}

/** Null when the length is not stated: then it is known when the body has ended. */
function statedLength(c: Context): number | null {
  const length = c.req.header('content-length')
  if (length === undefined || c.req.header('transfer-encoding') !== undefined) return null
  return /^\d+$/.test(length) ? Number(length) : null
}

/** The whole of a stream, or null as soon as it has more bytes than `max`. */
async function readAtMost(
  stream: ReadableStream<Uint8Array>,
  max: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks) as Uint8Array<ArrayBuffer>
    size += value.byteLength
    if (size > max) return null
    chunks.push(value)
  }
}
