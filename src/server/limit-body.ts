import type { Context, MiddlewareHandler } from 'hono'
import { sendProblem } from './rest/respond'

/**
 * Refuses a body of more than `maxBytes` with 413 `too-large`, whether it states its length or not. A stated length is looked at and
 * nothing else: Node's parser ends the body there. Without one the bytes are counted as they come, and no more than `maxBytes` are kept.
 */
export function limitBody(maxBytes: number): MiddlewareHandler {
  return async (c, next) => ((await isTooLong(c, maxBytes)) ? refuseBody(c, maxBytes) : next())
}

/** True at once, or after the body was read, when it has more than `maxBytes`. */
export function isTooLong(c: Context, maxBytes: number): boolean | Promise<boolean> {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return false
  const stated = statedLength(c)
  return stated === null ? isReadTooLong(c, maxBytes) : stated > maxBytes
}

export function refuseBody(c: Context, maxBytes: number): Response {
  return sendProblem(c, { kind: 'too-large', detail: `A body may have ${maxBytes} bytes.` })
}

async function isReadTooLong(c: Context, maxBytes: number): Promise<boolean> {
  const { body } = c.req.raw
  if (!body) return false
  const read = await readAtMost(body, maxBytes)
  if (read) c.req.raw = new Request(c.req.raw, { body: read })
  return read === null
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
