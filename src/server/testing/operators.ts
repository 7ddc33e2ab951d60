import { createHmac } from 'node:crypto'
import { createOperator, type Operator, type Role } from '@/access/operator'
import { secretFor } from '@/platform/env'
import type { TestProduct } from './product'

export const TEST_PASSWORD = 'correct horse battery'

/** An operator, with a new session for each cookie: sign-ins by password are limited, and these are not. */
export interface TestOperator extends Operator {
  cookie(): Promise<string>
}

export async function newOperator(
  product: TestProduct,
  role: Role,
  merchantId = product.merchantId,
): Promise<TestOperator> {
  const { auth, env } = product.deps
  const email = `${role}-${merchantId.slice(-6)}-${Math.random().toString(36).slice(2, 8)}@example.com`
  const person = { email, password: TEST_PASSWORD, name: role, merchantId, role }
  const operator = await createOperator(auth, person)
  return {
    ...operator,
    cookie: async () => {
      const { internalAdapter, authCookies } = await auth.$context
      const { token } = await internalAdapter.createSession(operator.id)
      const signature = createHmac('sha256', secretFor(env, 'operator-session')).update(token)
      return `${authCookies.sessionToken.name}=${encodeURIComponent(`${token}.${signature.digest('base64')}`)}`
    },
  }
}

/** The answer of a procedure. `kind` is the problem's, null when there is none. */
export interface ProcedureReply {
  status: number
  kind: string | null
  detail: string | null
  /** The fields that are wrong, by JSON Pointer. */
  errors: { pointer: string; detail: string }[]
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of the answer
  data: any
}

/** Calls a procedure as our pages do. */
export async function callProcedure(
  product: TestProduct,
  { path, type, input = {}, cookie = '' }: { path: string; type: string; input?: object; cookie?: string },
): Promise<ProcedureReply> {
  const { origin } = new URL(product.deps.env.baseUrl)
  const headers = { 'content-type': 'application/json', origin, cookie }
  const body = JSON.stringify(input)
  const answer =
    type === 'query'
      ? await product.call(`/api/trpc/${path}?input=${encodeURIComponent(body)}`, { headers })
      : await product.call(`/api/trpc/${path}`, { method: 'POST', headers, body })
  const { result, error } = await answer.json()
  const problem = error?.data?.idempotency
  return {
    status: answer.status,
    kind: problem?.kind ?? null,
    detail: problem?.detail ?? null,
    errors: problem?.errors ?? [],
    data: result?.data,
  }
}
