import type { ApiDocument, ApiOperation, Schema } from './document'

/** The name of the schema that a schema refers to, or null. */
export const referred = ({ $ref }: Schema): string | null => $ref?.split('/').at(-1) ?? null

/** A value that a schema describes: its examples, and where it has none, something of its type. */
export function exampleOf(schema: Schema, schemas: ApiDocument['components']['schemas']): unknown {
  const name = referred(schema)
  if (name !== null) return exampleOf(schemas[name] ?? {}, schemas)
  if (schema.example !== undefined) return schema.example
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  const [first] = schema.anyOf ?? schema.oneOf ?? []
  if (first) return exampleOf(first, schemas)
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, schemas)))
  if (schema.properties)
    return Object.fromEntries(
      Object.entries(schema.properties).map(([key, of]) => [key, exampleOf(of, schemas)]),
    )
  if (schema.items) return [exampleOf(schema.items, schemas)]
  return EMPTY[[schema.type ?? 'object'].flat()[0] ?? 'object'] ?? null
}

const EMPTY: Record<string, unknown> = {
  string: '…',
  integer: 1,
  number: 1,
  boolean: true,
  array: [],
  object: {},
}

/**
 * A command for a shell that sends an operation's request. The idempotency key is made in a line of its own, so that the request can be sent
 * again under it.
 * @param body undefined: the operation has none
 */
export function curlOf(
  { method, path, parameters = [] }: ApiOperation,
  baseUrl: string,
  body: unknown,
): string {
  const address = path.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const schema = parameters.find((one) => one.in === 'path' && one.name === name)?.schema
    return String(schema?.example ?? schema?.enum?.[0] ?? whole)
  })
  const keyed = parameters.some(({ name }) => name === 'Idempotency-Key')
  const parts = [
    `curl -s ${method === 'post' ? '-X POST ' : ''}'${baseUrl}${address}'`,
    '-H "Authorization: Bearer $PAYONCE_API_KEY"',
    ...(keyed ? ['-H "Idempotency-Key: $IDEMPOTENCY_KEY"'] : []),
    ...(body === undefined
      ? []
      : ["-H 'Content-Type: application/json'", `-d '${quoted(JSON.stringify(body))}'`]),
  ]
  return (keyed ? 'IDEMPOTENCY_KEY=$(uuidgen)\n' : '') + parts.join(' \\\n  ')
}

/** Within single quotes of a shell. */
const quoted = (text: string) => text.replaceAll("'", "'\\''")
