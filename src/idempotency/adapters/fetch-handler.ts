import { checkNames } from '../core/check-options'
import { type Problem, ProblemError } from '../problems'
import type { Idempotent } from '../stores/transaction/idempotent'
import type { WorkArguments } from '../stores/transaction/request'
import { checkOperation, type UserScope } from '../stores/transaction/scope'
import { policyOf, type UserClient } from '../stores/transaction/settings'
import { problemResponse, type ResponseOptions, responseOf } from './fetch-response'
import { readKey } from './key-header'

/**
 * A handler on web standards: Hono (`c.req.raw`), Next's route handlers, Bun, Deno; Express and Node by `nodeHandler`. The second argument,
 * whatever the server gives, goes on to `scope`.
 */
export type FetchHandler<Context = unknown> = (
  request: Request,
  ...context: unknown extends Context ? [context?: unknown] : [context: Context]
) => Promise<Response>

/** How `fetchHandler` makes a handler. */
export interface HandlerOptions<Client extends UserClient, Input extends object, Context = unknown>
  extends ResponseOptions {
  /** The function that `createIdempotent` returned. */
  idempotent: Idempotent<Client, boolean>
  /** Name of what is done, such as `orders.create`. */
  operation: string
  /** The owner of the key: the caller whom you have recognised. A Response (401, 403) ends the request here. */
  scope(request: Request, context: Context): UserScope | Response | Promise<UserScope | Response>
  /** Checks the body, such as `schema.parse`. What it throws is answered with 400, and nothing is stored under the key. */
  parse(body: unknown): Input
  /** The work, in one transaction with the record of the key. */
  work(args: WorkArguments<Client, Input>): Promise<unknown>
  /** Status of the result. 201 by default. */
  status?: number
  /** As `waitMs` and `retentionDays` of `createIdempotent`, for this operation alone. */
  waitMs?: number
  retentionDays?: number
  /** Greatest body, in bytes, 1 to 100,000,000. 1,000,000 by default. */
  bodyMax?: number
}

const BODY_MAX = 1_000_000
const KNOWN = [
  'idempotent',
  'operation',
  'scope',
  'parse',
  'work',
  'status',
  'waitMs',
  'retentionDays',
  'bodyMax',
  'problemBase',
]
const WHY = {
  idempotent: 'the function that createIdempotent({ prisma }) returns',
  scope: '(request) => the id of the signed-in user',
  parse: '(body) => schema.parse(body)',
  work: 'async ({ tx, input }) => …',
} as const

/**
 * Makes a handler that does its work once per `Idempotency-Key`. The errors of the key are answered (400, 409, 422, 503); what the work
 * itself throws is thrown on.
 *
 *     export const POST = fetchHandler({ idempotent, operation: 'orders.create', scope, parse: schema.parse, work })
 *
 * @throws TypeError for an option that is wrong, with what to write
 */
export function fetchHandler<Client extends UserClient, Input extends object, Context = unknown>(
  options: HandlerOptions<Client, Input, Context>,
): FetchHandler<Context> {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('fetchHandler takes one object: { idempotent, operation, scope, parse, work }.')
  checkNames('fetchHandler', options, KNOWN)
  const { bodyMax = BODY_MAX, status = 201, waitMs, retentionDays, problemBase } = options
  const policy = policyOf('fetchHandler', { waitMs, retentionDays })
  checkOperation(options.operation)
  for (const name of ['idempotent', 'scope', 'parse', 'work'] as const)
    if (typeof options[name] !== 'function')
      throw new TypeError(`fetchHandler: \`${name}\` is missing. Write ${WHY[name]}.`)
  if (!Number.isInteger(bodyMax) || bodyMax < 1 || bodyMax > 100_000_000)
    throw new TypeError('fetchHandler: `bodyMax` is a whole number of bytes from 1 to 100000000.')
  if (!Number.isInteger(status) || status < 200 || status > 299)
    throw new TypeError('fetchHandler: `status` is a status of HTTP from 200 to 299, or left out (201).')
  if (problemBase !== undefined && typeof problemBase !== 'string')
    throw new TypeError(
      "fetchHandler: `problemBase` is where the type of a problem begins, such as 'https://api.example/problems/'.",
    )
  return async (request, ...[context]) => {
    try {
      const scope = await options.scope(request, context as Context)
      if (scope instanceof Response) return scope
      const key = keyOf(request)
      const input = parsed(await readJson(request, bodyMax), (body) => options.parse(body))
      const call = { operation: options.operation, key, scope, input, status, ...policy }
      return responseOf(await options.idempotent(call, (args) => options.work(args)))
    } catch (error) {
      const response = problemResponse(error, options)
      if (response) return response
      throw error
    }
  }
}

function keyOf(request: Request): string {
  const read = readKey(request.headers.get('Idempotency-Key'))
  if ('problem' in read) throw new ProblemError(read.problem)
  return read.key
}

async function readJson(request: Request, bodyMax: number): Promise<unknown> {
  const type = request.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!/^application\/(\w[\w.-]*\+)?json$/.test(type))
    throw new ProblemError({ kind: 'unsupported-media', detail: 'Send the body as application/json.' })
  const text = await readText(request, bodyMax)
  try {
    return JSON.parse(text)
  } catch {
    throw new ProblemError({ kind: 'validation', detail: 'The body is not JSON.' })
  }
}

/** Reads no further than the limit: a length that was announced may be a lie. */
async function readText(request: Request, bodyMax: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  for (let next = await reader?.read(); next?.value; next = await reader?.read()) {
    length += next.value.byteLength
    if (length > bodyMax) {
      await reader?.cancel()
      throw new ProblemError({ kind: 'too-large', detail: `The body may have ${bodyMax} bytes.` })
    }
    chunks.push(next.value)
  }
  return new Blob(chunks as BlobPart[]).text()
}

function parsed<Input>(body: unknown, parse: (body: unknown) => Input): Input {
  try {
    return parse(body)
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw new ProblemError(invalid(error))
  }
}

/** Names the fields of a ZodError, or of any error with `issues` of Standard Schema. Never a value. */
function invalid(error: unknown): Problem {
  const { issues, message } = error as { issues?: unknown; message?: unknown }
  if (!Array.isArray(issues))
    return { kind: 'validation', detail: typeof message === 'string' ? message : 'The body is not valid.' }
  const errors = issues.slice(0, 20).map(({ path = [], message: detail }) => ({
    pointer: (path as unknown[])
      .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join(''),
    detail: String(detail),
  }))
  return { kind: 'validation', detail: 'The body is not valid.', facts: { errors } }
}
