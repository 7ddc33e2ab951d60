import { ownApiDocument } from '@/server/api-document'

/** The parts of an OpenAPI 3.1 document that the reference shows. `src/server/rest` writes it, and its tests check it whole. */
export interface ApiDocument {
  info: { description: string }
  servers: [{ url: string }]
  tags: { name: string; description: string }[]
  components: { schemas: Record<string, Schema> }
  paths: Record<string, Partial<Record<Method, Described>>>
  webhooks: Record<string, { post: Described }>
}

export type Method = 'get' | 'post'

export interface Schema {
  $ref?: string
  type?: string | string[]
  format?: string
  enum?: unknown[]
  const?: unknown
  description?: string
  example?: unknown
  default?: unknown
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  additionalProperties?: boolean | Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
}

interface Described {
  operationId?: string
  tags: string[]
  summary: string
  description?: string
  security?: { apiKey: string[] }[]
  parameters?: Parameter[]
  requestBody?: { content: { 'application/json': Body } }
  responses: Record<string, Response>
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  description?: string
  schema: Schema
}

interface Body {
  schema: Schema
  examples?: Record<string, { summary: string; value: unknown }>
}

interface Response {
  description: string
  headers?: Record<string, { description: string; example?: unknown }>
  content?: Record<string, { schema: Schema }>
}

/** One request of the API, with its place in an address: `#createPayment`. */
export interface ApiOperation extends Described {
  operationId: string
  method: Method
  path: string
}

/** This installation's own document, with its own address in it. */
export async function apiDocument(): Promise<ApiDocument> {
  return (await ownApiDocument()) as ApiDocument
}

/** The operations of a tag, in the document's order. */
export function operationsOf(document: ApiDocument, tag: string): ApiOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    (Object.entries(methods) as [Method, Described][])
      .filter(([, described]) => described.tags.includes(tag))
      .map(([method, described]) => ({
        ...described,
        operationId: described.operationId ?? `${method} ${path}`,
        method,
        path,
      })),
  )
}

/** Headers of all answers, each once. */
export function answerHeaders(document: ApiDocument): { name: string; description: string }[] {
  const found = new Map<string, string>()
  for (const methods of Object.values(document.paths))
    for (const { responses } of Object.values(methods))
      for (const { headers = {} } of Object.values(responses))
        for (const [name, { description }] of Object.entries(headers))
          found.set(name, found.get(name) ?? description)
  return [...found].map(([name, description]) => ({ name, description }))
}

/** The problems that an operation may answer with, by status: the document names their kinds in backticks. */
export function problemsOf({ responses }: ApiOperation): { status: string; kinds: string[] }[] {
  return Object.entries(responses)
    .filter(([status]) => Number(status) >= 400)
    .map(([status, { description }]) => ({
      status,
      kinds: [...description.matchAll(/`([a-z-]+)`:/g)].map(([, kind = '']) => kind),
    }))
}

/** The answers of an operation that did what was asked for. */
export function successesOf({
  responses,
}: ApiOperation): { status: string; description: string; schema: Schema | undefined }[] {
  return Object.entries(responses)
    .filter(([status]) => Number(status) < 400)
    .map(([status, { description, content }]) => ({
      status,
      description,
      schema: content?.['application/json']?.schema,
    }))
}
