import type { MiddlewareHandler } from 'hono'
import { logSecurityEvent, type SecurityEvent, type SecurityFacts } from '@/platform/security-event'
import { addressOf } from './admission/address'
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
 * only, so no route can forget it, and a request that succeeds costs nothing.
 */
export function securityLog(deps: Deps): MiddlewareHandler {
  return async (c, next) => {
    await next()
    const { method, path } = c.req
    const requestId = c.res.headers.get('request-id') ?? undefined
    const remote = (c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined)?.incoming
      ?.socket?.remoteAddress
    const address = addressOf(remote, c.req.header('x-forwarded-for'), deps.env.PAYONCE_TRUSTED_HOPS)
    const facts: SecurityFacts = { requestId, method, path, address, status: c.res.status }
    const report = (events: SecurityEvent[]) => {
      for (const event of events) logSecurityEvent(deps, event, facts)
    }
    if (!isStreamed(path, c.res)) return report(await eventsOf(path, c.res))
    // Read beside its way to the client, who may leave before its end.
    void refusalsIn(c.res.clone()).then(report, () => undefined)
  }
}

/** tRPC streams the answers of a batch to whoever asks for that. The status is 200 then, whatever the calls come to. */
function isStreamed(path: string, { headers }: Response): boolean {
  return path.startsWith('/api/trpc/') && headers.get('transfer-encoding') === 'chunked'
}

async function eventsOf(path: string, answer: Response): Promise<SecurityEvent[]> {
  if (path.startsWith('/api/auth/')) return eventsOfAuth(path, answer)
  // 207: some calls of a batch were refused.
  if (answer.status === 207 ? false : answer.status < 400) return []
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
