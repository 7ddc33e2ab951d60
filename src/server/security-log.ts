import type { Context } from 'hono'
import { logSecurityEvent, type SecurityEvent, type SecurityFacts } from '@/platform/security-event'
import { requestAddress } from './admission/address'
import type { Deps } from './deps'

/** The problems that are events of security. */
const EVENT_OF_PROBLEM: Record<string, SecurityEvent> = {
  unauthorized: 'access.refused',
  forbidden: 'permission.refused',
  'rate-limited': 'limit.reached',
  'too-many-attempts': 'limit.reached',
  'key-reused': 'key.conflict',
  'card-number': 'card-number.refused',
}

/**
 * Reports the refusals among the answers, and sign-ins, whichever part of the API made them. It reads answers
 * only, so no route can forget it, and a request that succeeds costs nothing. Null from it: there was nothing to wait for.
 */
export function securityReport(deps: Deps): (c: Context) => Promise<void> | null {
  return (c) => {
    const { path } = c.req
    const answer = c.res
    if (isStreamed(path, answer)) {
      const report = reporter(deps, c, answer)
      // Read beside its way to the client, who may leave before its end.
      void refusalsIn(answer.clone()).then(report, () => undefined)
      return null
    }
    return mayHaveEvents(path, answer) ? eventsOf(path, answer).then(reporter(deps, c, answer)) : null
  }
}

/** 207: some calls of a batch were refused. False for the most common answer, so that it costs nothing: one that succeeded, and was no sign-in. */
function mayHaveEvents(path: string, { status }: Response): boolean {
  return status >= 400 || status === 207 || path.startsWith('/api/auth/')
}

function reporter(deps: Deps, c: Context, answer: Response): (events: SecurityEvent[]) => void {
  const { method, path } = c.req
  const requestId = answer.headers.get('request-id') ?? undefined
  const address = requestAddress(c, deps.env.PAYONCE_TRUSTED_HOPS)
  const facts: SecurityFacts = { requestId, method, path, address, status: answer.status }
  return (events) => {
    for (const event of events) logSecurityEvent(deps, event, facts)
  }
}

/** tRPC streams the answers of a batch to whoever asks for that. The status is 200 then, whatever the calls come to. */
function isStreamed(path: string, answer: Response): boolean {
  // The path first: an answer that nobody reads the headers of need not make an object of them.
  return path.startsWith('/api/trpc/') && answer.headers.get('transfer-encoding') === 'chunked'
}

async function eventsOf(path: string, answer: Response): Promise<SecurityEvent[]> {
  if (path.startsWith('/api/auth/')) return eventsOfAuth(path, answer)
  // A form is refused in words for a person, and a report without any.
  const limited: SecurityEvent[] = answer.status === 429 ? ['limit.reached'] : []
  if (!/json/.test(answer.headers.get('content-type') ?? '')) return limited
  const events = await refusalsIn(answer.clone())
  // A refusal before tRPC or a form is one of the sender, not of a person's rights (origin.ts).
  const bySender = !path.startsWith('/api/v1/') && isProblem(answer)
  return events.map((event) => (event === 'permission.refused' && bySender ? 'origin.refused' : event))
}

async function refusalsIn(answer: Response): Promise<SecurityEvent[]> {
  const kinds = (await answer.text()).matchAll(/"type":"\/problems\/([a-z-]+)"/g)
  return [...kinds].flatMap(([, kind = '']) => EVENT_OF_PROBLEM[kind] ?? [])
}

const isProblem = ({ headers }: Response) =>
  headers.get('content-type')?.startsWith('application/problem+json')

/** better-auth answers with codes of its own. */
async function eventsOfAuth(path: string, answer: Response): Promise<SecurityEvent[]> {
  if (answer.status === 429) return ['limit.reached']
  if (answer.status === 403 && /ORIGIN|CROSS_SITE|our own pages/i.test(await answer.clone().text()))
    return ['origin.refused']
  if (/\/sign-in\//.test(path)) {
    // The password was right, and the second factor is still to come.
    if (answer.ok && /"secondFactor":true/.test(await answer.clone().text())) return []
    if (answer.ok) return ['sign-in.succeeded']
    return answer.status < 500 ? ['sign-in.failed'] : []
  }
  if (path.endsWith('/sign-out') && answer.ok) return ['sign-out']
  return answer.status === 401 || answer.status === 403 ? ['access.refused'] : []
}
