import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi'
import type { z } from 'zod'
import type { ApiScope } from '@/access/api-key'
import { validationProblem } from '../problem-of'
import { checkScope } from './check-request'
import { type RestContext, type RestEnv, sendProblem } from './respond'

type Part = 'query' | 'param' | 'json'

/**
 * An app whose routes check scope, query, parameters and body in one step. OpenAPIHono makes a step of Hono of each, which parse the body
 * once more, and of headers which `checkRequest` has read: together they took as long as the rest of a replay.
 * @throws Error at the start for a route without a scope, and for one with a body that is no POST: nobody would check them
 */
export function openRoutes(): OpenAPIHono<RestEnv> {
  const app = new OpenAPIHono<RestEnv>()
  const open = (route: RouteConfig, handler: (c: RestContext) => Response | Promise<Response>) => {
    app.openAPIRegistry.registerPath(route)
    const [scope, checks] = [scopeOfRoute(route), checksOf(route)]
    app.on([route.method], [route.path.replaceAll(/\/{(.+?)}/g, '/:$1')], (c) => {
      checkScope(c, scope)
      for (const { part, read, schema } of checks) {
        const { success, data, error } = schema.safeParse(read(c))
        if (!success) return sendProblem(c, validationProblem(error))
        c.req.addValidatedData(part, data as object)
      }
      return handler(c)
    })
    return app
  }
  // The types of OpenAPIHono's own: a handler gets what the schemas of its route say.
  app.openapi = open as unknown as typeof app.openapi
  return app
}

interface Check {
  part: Part
  schema: z.ZodType
  read(c: RestContext): unknown
}

function checksOf({ method, path, request = {} }: RouteConfig): Check[] {
  const checks: Check[] = []
  if (request.query) checks.push({ part: 'query', schema: request.query as z.ZodType, read: queryOf })
  if (request.params)
    checks.push({ part: 'param', schema: request.params as z.ZodType, read: (c) => c.req.param() })
  const content = request.body?.content['application/json']
  if (!content || !('schema' in content)) return checks
  if (method !== 'post') throw new Error(`${method} ${path}: only the body of a POST is read`)
  return [...checks, { part: 'json', schema: content.schema as z.ZodType, read: (c) => c.get('body') }]
}

function scopeOfRoute({ path, security }: RouteConfig): ApiScope {
  const scope = security?.[0]?.apiKey?.[0]
  if (!scope) throw new Error(`${path} has no scope`)
  return scope as ApiScope
}

/** A name that is sent twice is a list. */
function queryOf(c: RestContext): Record<string, string | string[]> {
  const queries = Object.entries(c.req.queries())
  return Object.fromEntries(queries.map(([name, all]) => [name, all.length === 1 ? (all[0] as string) : all]))
}
