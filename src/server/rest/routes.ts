import { z } from 'zod'
import type { ApiScope } from '@/access/api-key'
import { PROBLEMS, type ProblemKind } from '@/idempotency/problems'
import { requireScope } from './check-request'
import { EVERY_HEADER, KEPT_HEADERS, LOCATION, problemHeaders } from './response-headers'

/** What the descriptions of all routes have in common. */

export const problemShape = z
  .object({
    type: z.string().meta({
      description: 'What kind of problem, as the address of a page about it.',
      example: '/problems/validation',
    }),
    kind: z.string().meta({ example: 'validation' }),
    title: z.string().meta({ example: 'The request is not valid' }),
    detail: z.string().meta({
      description: 'What happened here, in words.',
      example: 'amount: An amount must be above zero.',
    }),
    status: z.int().meta({ example: 400 }),
    retry: z.enum(['same-key', 'poll', 'after-fixing', 'no']).meta({
      description:
        'What to do next: the same request with the same key, ask for the status, correct the request, or nothing.',
      example: 'after-fixing',
    }),
    safeNewKey: z
      .boolean()
      .meta({ description: 'Whether a new key could not charge a second time.', example: true }),
    retryAfterSeconds: z.number().optional(),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'Of a `validation`: what is wrong, by JSON pointer.' }),
    differs: z
      .array(z.string())
      .optional()
      .meta({ description: 'Of a `key-reused`: the JSON pointers of the fields that differ.' }),
    statusUrl: z.string().optional().meta({ description: 'Where the state of the key can be asked for.' }),
  })
  .catchall(z.unknown())
  .meta({ id: 'Problem' })

/** A JSON answer. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, headers: EVERY_HEADER, content: { 'application/json': { schema } } }
}

/** The JSON answer that is kept under the key of its request: what tells of a replay is in headers, the body is the same for good. */
export function kept<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { ...json(schema, description), headers: { ...EVERY_HEADER, ...KEPT_HEADERS, ...LOCATION } }
}

/** The problems that a route may answer with, by their status. */
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
]

/** Who may call a route: said in the document, and enforced by the same line. */
export function needs(scope: ApiScope) {
  return { security: [{ apiKey: [scope] }], middleware: requireScope(scope) }
}

/** The headers of a request that does something. */
export const keyHeaders = z.object({
  'Idempotency-Key': z.string().meta({
    description:
      'A value that you make once for this request, keep for every retry of it, and never use for another: 1 to 255 characters, bare or as a quoted string (RFC 9651).',
    example: '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
  }),
  Prefer: z.string().optional().meta({
    description:
      '`wait=N`: wait up to N (at most 30) seconds for a request that is running under the same key.',
    example: 'wait=10',
  }),
})

/** A JSON body with its examples. */
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
    .meta({ description: 'How many, 1 to 100.', example: 25 }),
  cursor: z.string().max(200).optional().meta({ description: 'The `nextCursor` of the page before.' }),
})

export const idParam = (prefix: string, of: string) =>
  z.object({
    id: z
      .string()
      .max(64)
      .meta({ description: `The ${of}’s id.`, example: `${prefix}_018f3c2a9d4e7c31b2a45f60718293a4` }),
  })
