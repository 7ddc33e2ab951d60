import { createRoute, type OpenAPIHono, type RouteConfig, type RouteHandler } from '@hono/zod-openapi'
import type { Operation } from '@payonce/idempotency'
import type { SqlForm } from '@payonce/idempotency/sql'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import type { Deps } from '../deps'
import type { ProgramInput, ProgramOperation } from '../operations'
import { dryRunShape } from '../wire/dry-run-shapes'
import { DRY_RUN, dryRun } from './dry-run'
import type { RestContext, RestEnv } from './respond'
import { json, keyHeaders } from './routes'
import { runOnce } from './run-once'

/** How a route runs its operation. */
interface Run<Route extends RouteConfig, Id extends ProgramOperation> {
  operation: Id
  /** The operation's input, of a request that was checked. It may refuse it, and reads nothing. */
  input(c: Parameters<RouteHandler<Route, RestEnv>>[0]): Omit<ProgramInput<Id>, 'by'>
  /** Where the created resource is read, without its id: for `Location`. */
  path(c: Parameters<RouteHandler<Route, RestEnv>>[0]): string
}

/**
 * Opens the route of an operation, and that of its dry run: the same scope, the same body, the same input. There is no way to open one without the
 * other.
 */
export function openKeyed<Route extends RouteConfig & { operationId: string }, Id extends ProgramOperation>(
  app: OpenAPIHono<RestEnv>,
  deps: Deps,
  route: Route,
  { operation, input, path }: Run<Route, Id>,
): void {
  type Asked = Parameters<RouteHandler<Route, RestEnv>>[0]
  const run = deps.operations[operation] as Operation<{ by?: Actor | undefined }, object, object, SqlForm>
  const [asked, at] = [input as (c: RestContext) => object, path as (c: RestContext) => string]
  const open = app.openapi as (route: RouteConfig, handler: (c: RestContext) => unknown) => unknown
  open(dryRunOf(route), (c) => dryRun(c, deps, operation, asked(c)))
  open(route, (c) => runOnce(c, deps, run, asked(c), at(c as Asked)))
}

const dryRunHeaders = keyHeaders.extend({
  'Idempotency-Key': z.string().optional().meta({
    description:
      'The key of the request that you mean to send. It is not used: only what is stored under it is looked at. Without one, a new key is meant.',
    example: '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
  }),
  Prefer: z.string().optional().meta({ description: 'Has no effect: a dry run waits for nobody.' }),
})

/** The same request at `/api/v1/dry-run/…`, with the same refusals. What only the bank's answer can bring (402) is not among them. */
function dryRunOf(route: RouteConfig & { operationId: string }): RouteConfig {
  const { operationId, path, summary, request = {}, responses } = route
  const refusals = Object.entries(responses).filter(([status]) => Number(status) >= 400 && status !== '402')
  return createRoute({
    ...route,
    path: path.replace('/api/v1/', DRY_RUN),
    operationId: `dryRun${operationId[0]?.toUpperCase()}${operationId.slice(1)}`,
    tags: ['Dry runs'],
    summary: `Dry run: ${summary}`,
    description:
      'What the request would do now. Every check of the real request is made, with the same problems; nothing is written, and the bank is not asked.',
    request: { ...request, headers: dryRunHeaders },
    responses: {
      200: json(dryRunShape, 'Nothing stands in the way now: what would be written.'),
      ...Object.fromEntries(refusals),
    },
  })
}
