import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client'
import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '@/server/root'

/** The dashboard's tRPC client. Queries of one moment travel as one batch. */
export const api = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: '/api/trpc', maxItems: 5 })] })

type Outputs = inferRouterOutputs<AppRouter>
export type OverviewData = Outputs['payments']['overview']
export type FirstStepsData = NonNullable<Outputs['payments']['firstSteps']>
export type PaymentRow = Outputs['payments']['list']['items'][number]
export type PaymentPage = Outputs['payments']['list']
export type OrderPageData = Outputs['orders']['list']
export type OrderCountsData = Outputs['orders']['counts']
export type ListedOrder = OrderPageData['items'][number]
export type OrderData = Outputs['orders']['get']
export type LinkPageData = Outputs['links']['list']
export type ListedLink = LinkPageData['items'][number]
export type ReceiptRule = Outputs['receipts']['rule']
export type PaymentData = Outputs['payments']['get']
/** What the operator may refund of a payment; see `refundRightsOut`. */
export type RefundRights = NonNullable<PaymentData['refundRights']>
export type RefundRequestData = PaymentData['refundRequests'][number]
/** Something parked, and the ends that are safe. */
export type ParkedCaseData = Outputs['resolutions']['ofPayment']['cases'][number]
export type ResolutionData = Outputs['resolutions']['waiting']['resolutions'][number]
export type AttemptRecord = PaymentData['attempts'][number]
export type TransactionData = PaymentData['transactions'][number]
export type AccountData = Outputs['ledger']['account']
export type BalanceLimit = NonNullable<Outputs['limits']['get']>
export type TrialBalanceData = Outputs['ledger']['trialBalance']
export type TrialLineData = TrialBalanceData['accounts'][number]
export type AccountPeriodData = Outputs['ledger']['accountPeriod']
export type LedgerCheckData = Outputs['ledger']['check']
export type SealStateData = Outputs['ledger']['seals']
export type StatementPage = Outputs['ledger']['statement']
export type JournalPage = Outputs['ledger']['journal']
export type MovementPage = Outputs['reconciliation']['list']
export type ListedMovement = MovementPage['items'][number]
export type DisputeData = Outputs['reconciliation']['disputes'][number]
export type MovementSums = Outputs['reconciliation']['sums']
export type AlertBarData = Outputs['alerts']['bar']
export type AlertPage = Outputs['alerts']['list']
export type ListedAlert = AlertPage['items'][number]
export type AlertRules = Outputs['alerts']['mailRules']
export type MailboxData = Outputs['alerts']['mailbox']
export type IntegrityData = Outputs['integrity']['check']
export type ViolationRow = Outputs['security']['violations']['violations'][number]
export type PageCheckData = Outputs['security']['pageCheck']
export type ApiKeysData = Outputs['developers']['keys']
export type ListedApiKey = ApiKeysData['keys'][number]
export type RequestPage = Outputs['requests']['list']
export type ListedRequest = RequestPage['items'][number]
export type RequestData = Outputs['requests']['get']
export type ApiKeyUse = Outputs['requests']['use']
/** What the requests of one API key came to. */
export type KeyUseData = ApiKeyUse['keys'][number]
export type AuditPage = Outputs['audit']['list']
export type ListedAuditEntry = AuditPage['items'][number]
export type ChainState = Outputs['audit']['chains']
/** Whether there is a sample shop, and whether it is what this session looks at. */
export type SampleData = Outputs['sample']['current']
export type AccountOverview = Outputs['account']['get']
export type FactorsData = Outputs['factors']['list']
export type ConfirmOptions = Outputs['account']['confirmOptions']
export type SettingsData = Outputs['settings']['get']
export type RightsData = Outputs['rights']['list']
export type SessionData = AccountOverview['sessions'][number]
export type TeamData = Outputs['operators']['list']
export type TeamMember = TeamData['operators'][number]
export type RoleName = TeamMember['role']
export type PaymentCountsData = Outputs['payments']['counts']
export type FoundData = Outputs['find']['pasted']
/** What a text leads to: a payment, a refund, an order, a transaction of the ledger, a record of a key. */
export type FoundItem = Outputs['find']['pasted']['found'][number]
export type RecordRow = Outputs['idempotency']['list']['items'][number]
export type ExploredPage = Outputs['idempotency']['explore']
/** A key with the requests for which it is listed. */
export type ExploredRow = ExploredPage['items'][number]
export type RecordPage = Outputs['idempotency']['list']
export type RecordData = Outputs['idempotency']['get']
export type EventRow = Outputs['inbox']['list']['items'][number]
export type EventPage = Outputs['inbox']['list']
export type EventData = Outputs['inbox']['get']
export type WebhooksData = Outputs['webhooks']['list']
export type WebhookEndpoint = Outputs['webhooks']['get']
export type WebhookTypes = WebhooksData['types']
export type DeliveryPage = Outputs['webhooks']['deliveries']
export type ListedDelivery = DeliveryPage['items'][number]
export type DeliveryData = Outputs['webhooks']['delivery']

/** True when the session is over: signed out elsewhere, or idle for too long. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof TRPCClientError && error.data?.code === 'UNAUTHORIZED'
}
