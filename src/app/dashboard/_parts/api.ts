import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client'
import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '@/server/root'

/** The procedures as a browser reaches them. The dashboard only asks; what it asks for in one moment travels together. */
export const api = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: '/api/trpc', maxItems: 10 })] })

type Answers = inferRouterOutputs<AppRouter>
export type OverviewData = Answers['payments']['overview']
export type PaymentRow = Answers['payments']['list']['items'][number]
export type PaymentPage = Answers['payments']['list']
export type PaymentData = Answers['payments']['get']
export type AttemptRecord = PaymentData['attempts'][number]
export type Transaction = PaymentData['transactions'][number]
export type Account = Answers['ledger']['account']
export type Check = Answers['ledger']['check']
export type StatementPage = Answers['ledger']['statement']
export type JournalPage = Answers['ledger']['journal']
export type IntegrityView = Answers['integrity']['check']
export type KeysData = Answers['developers']['keys']
export type KeyRow = KeysData['keys'][number]
export type RecordRow = Answers['idempotency']['list']['items'][number]
export type RecordPage = Answers['idempotency']['list']
export type RecordData = Answers['idempotency']['get']

/** The session is over: signed out elsewhere, or idle for too long. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof TRPCClientError && error.data?.code === 'UNAUTHORIZED'
}
