import { SpanKind } from '@opentelemetry/api'
import type pg from 'pg'
import { fail, type Tracing } from './tracing'

/** Characters of a statement's text in a span. 2,000: nearly all of ours. It has no values: they are parameters. */
const TEXT_MAX = 2_000

/** Characters of the names that are hashes (`statement-names.ts`), which say nothing to a reader. */
const HASH_LENGTH = 43

type Query = (...args: unknown[]) => unknown
type Callback = (error: unknown, result: unknown) => void

/**
 * Makes a span of each statement of a connection that is sent within another span: what nobody asked for, as a job's look for work, makes none. Cursors
 * and streams are left out.
 */
export function traceQueries(client: pg.ClientBase, tracing: Tracing): void {
  const query = client.query.bind(client) as Query
  const traced: Query = (...args) => {
    const text = textOf(args[0])
    if (text === null || !tracing.active()) return query(...args)
    const span = tracing.begin(nameOf(args[0], text), {
      kind: SpanKind.CLIENT,
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': text.slice(0, TEXT_MAX) },
    })
    const end = (error?: unknown) => {
      if (error) fail(span, error)
      span.end()
    }
    const last = args.at(-1)
    if (typeof last === 'function') {
      const done: Callback = (error, result) => {
        end(error)
        last(error, result)
      }
      return query(...args.slice(0, -1), done)
    }
    const sent = query(...args) as Promise<unknown>
    sent.then(() => end(), end)
    return sent
  }
  ;(client as unknown as { query: Query }).query = traced
}

/** Null for what is no plain statement. */
function textOf(query: unknown): string | null {
  if (typeof query === 'string') return query
  if (typeof query !== 'object' || query === null || 'submit' in query) return null
  const { text } = query as { text?: unknown }
  return typeof text === 'string' ? text : null
}

/** The name under which it is prepared, or its verb. */
function nameOf(query: unknown, text: string): string {
  const { name } = query as { name?: unknown }
  if (typeof name === 'string' && name !== '' && name.length < HASH_LENGTH) return name
  return /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'SQL'
}
