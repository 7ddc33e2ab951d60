import { PROBLEMS, type ProblemKind } from '@payonce/idempotency/problems'
import { z } from 'zod'
import type { ApiScope } from '@/access/api-key'
import { EVERY_HEADER, LOCATION, problemHeaders, STORED_HEADERS } from './response-headers'

/** The parts that the descriptions of all routes share: answers, problems, scopes, headers, parameters. */

export const problemShape = z
  .object({
    type: z.string().meta({
      description: 'The kind of problem, as the address of a page about it.',
      example: '/problems/validation',
    }),
    kind: z.string().meta({ example: 'validation' }),
    title: z.string().meta({ example: 'The request is not valid' }),
    detail: z.string().meta({
      description: 'An explanation of this one occurrence.',
      example: 'amount: An amount must be above zero.',
    }),
    status: z.int().meta({ example: 400 }),
    retry: z.enum(['same-key', 'poll', 'after-fixing', 'no']).meta({
      description:
        'The next step. `same-key`: send the same request under the same key. `poll`: read the state of the key. `after-fixing`: correct the request. `no`: a repeat changes nothing.',
      example: 'after-fixing',
    }),
    safeNewKey: z.boolean().meta({
      description: 'True where a request under a new key cannot charge a second time.',
      example: true,
    }),
    retryAfterSeconds: z.number().optional(),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({
        description: 'On `validation`: each field that is wrong, by JSON Pointer (RFC 6901), and why.',
      }),
    differs: z.array(z.string()).optional().meta({
      description: 'On `key-reused`: the JSON Pointers of the fields that differ from the first request.',
    }),
    statusUrl: z.string().optional().meta({ description: 'URL of the state of the key.' }),
  })
  .catchall(z.unknown())
  .meta({ id: 'Problem' })

/** A JSON answer, by its schema and its sentence in the document. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, headers: EVERY_HEADER, content: { 'application/json': { schema } } }
}

/** A JSON answer that is stored under its key. Replays send the same text; an interim 202 is later replaced by the final answer. */
export function stored<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { ...json(schema, description), headers: { ...EVERY_HEADER, ...STORED_HEADERS, ...LOCATION } }
}

/** The problems that a route may answer with, grouped by status: those named, and those of every route. */
export function problems(...kinds: ProblemKind[]) {
  const byStatus = new Map<number, ProblemKind[]>()
  for (const kind of [...kinds, ...ALWAYS])
    byStatus.set(PROBLEMS[kind].status, [...(byStatus.get(PROBLEMS[kind].status) ?? []), kind])
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      status,
      {
        description: some.map((kind) => `\`${kind}\`: ${PROBLEMS[kind].title}.`).join(' '),
        headers: problemHeaders(some),
        content: { 'application/problem+json': { schema: problemShape } },
      },
    ]),
  )
}

const ALWAYS: ProblemKind[] = [
  'validation',
  'unauthorized',
  'forbidden',
  'rate-limited',
  'internal',
  'unavailable',
]

/** The problems of every request that carries an idempotency key. */
export const KEYED: ProblemKind[] = [
  'key-missing',
  'key-invalid',
  'card-number',
  'too-large',
  'unsupported-media',
  'in-progress',
  'outcome-unknown',
  'answer-expired',
  'key-reused',
  'sent-too-long-ago',
]

/** The scope that a route requires: one line documents and enforces it (`openRoutes`). */
export function needs(scope: ApiScope) {
  return { security: [{ apiKey: [scope] }] }
}

/** The request headers of every POST, for the document: `checkRequest` reads them. */
export const keyHeaders = z.object({
  'Idempotency-Key': z.string().meta({
    description:
      'A unique value for this request: make it once, send it with every retry, and never reuse it for another request. 1 to 255 printable ASCII characters, bare or as a quoted string (RFC 9651).',
    example: '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
  }),
  'Repeatability-First-Sent': z.string().optional().meta({
    description:
      'When you first sent this request, as an HTTP date; the same in every retry (OASIS Repeatable Requests 1.0). If that is more than 30 days ago and nothing is stored under the key, the request is refused with `sent-too-long-ago` instead of being executed.',
    example: 'Fri, 27 Nov 2026 09:30:00 GMT',
  }),
  Prefer: z.string().optional().meta({
    description:
      '`wait=N`: if a request is running under the same key, wait up to N seconds (at most 30) for its answer.',
    example: 'wait=10',
  }),
})

/** A required JSON body, with its examples. */
export function body<Schema extends z.ZodType>(
  schema: Schema,
  examples: Record<string, { summary: string; value: object }>,
) {
  return { required: true, content: { 'application/json': { schema, examples } } }
}

export const pageQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(25)
    .meta({ description: 'Items per page, 1 to 100.', example: 25 }),
  cursor: z.string().max(200).optional().meta({ description: 'The `nextCursor` of the previous page.' }),
})

export const idParam = (prefix: string, of: string) =>
  z.object({
    id: z
      .string()
      .max(64)
      .meta({ description: `The ${of}’s id.`, example: `${prefix}_018f3c2a9d4e7c31b2a45f60718293a4` }),
  })
