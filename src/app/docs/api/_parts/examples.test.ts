import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { ApiOperation } from './document'
import { curlOf, exampleOf } from './examples'

const operation = (method: 'get' | 'post', parameters: ApiOperation['parameters'] = []): ApiOperation => ({
  operationId: 'x',
  method,
  path: '/api/v1/payments/{id}/refunds',
  tags: [],
  summary: '',
  parameters: [
    { name: 'id', in: 'path', required: true, schema: { type: 'string', example: 'pay_1' } },
    ...(parameters ?? []),
  ],
  responses: {},
})
const key = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  schema: { type: 'string', example: 'fixed' },
} as const

/** The arguments that a shell hands to curl. */
function argumentsOf(command: string): string[] {
  const script = `uuidgen() { echo made; }; PAYONCE_API_KEY=secret; curl() { printf '%s\\0' "$@"; }\n${command}`
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)
}

test('a command names this address, fills in the path, and makes a key of its own instead of one that all share', () => {
  const body = { reason: "It's broken; $HOME `id`" }
  const sent = argumentsOf(curlOf(operation('post', [key]), 'https://pay.example:8443', body))
  expect(sent).toEqual([
    '-s',
    '-X',
    'POST',
    'https://pay.example:8443/api/v1/payments/pay_1/refunds',
    '-H',
    'Authorization: Bearer secret',
    '-H',
    'Idempotency-Key: made',
    '-H',
    'Content-Type: application/json',
    '-d',
    JSON.stringify(body),
  ])
})

test('a command that reads has neither key nor body', () => {
  expect(argumentsOf(curlOf(operation('get'), 'http://localhost:1', undefined))).toEqual([
    '-s',
    'http://localhost:1/api/v1/payments/pay_1/refunds',
    '-H',
    'Authorization: Bearer secret',
  ])
})

test('an example follows references, and prefers what the schema itself shows', () => {
  const schemas = {
    Money: {
      type: 'object',
      properties: { amount: { type: 'integer', example: 2400 }, currency: { enum: ['EUR', 'JPY'] } },
    },
  }
  const schema = {
    type: 'object',
    properties: {
      data: { type: 'array', items: { $ref: '#/components/schemas/Money' } },
      next: { type: ['string', 'null'] },
      either: { anyOf: [{ type: 'boolean' }, { type: 'string' }] },
    },
  }
  expect(exampleOf(schema, schemas)).toEqual({
    data: [{ amount: 2400, currency: 'EUR' }],
    next: '…',
    either: true,
  })
})
