import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseItem } from 'structured-headers'
import type { ProfileName } from '../profile'

/** The habits of a small payment API that keeps every rule of one profile. A mutant replaces one of them. */
export interface Habits {
  workMs: number
  /** The key in the lines of the header; null without one, undefined for a malformed one. */
  readKey(lines: readonly string[]): string | null | undefined
  needsKey: boolean
  recordId(account: string, key: string): string
  fingerprint(body: string): string
  /** Changes a stored answer for its replay. */
  replay(answer: StoredAnswer): StoredAnswer
  /** Answers a used key with another payload. */
  reuse(seen: {
    record: ExemplaryRecord
    body: string
    charge: () => Promise<StoredAnswer>
    forget: () => void
  }): Promise<StoredAnswer> | StoredAnswer
  /** Answers a request while the first one runs. */
  busy(record: ExemplaryRecord): StoredAnswer
  /** Answers a key whose answer has expired. */
  expired(charge: () => Promise<StoredAnswer>): Promise<StoredAnswer> | StoredAnswer
  /** Called when the client hung up while its request ran. */
  left(record: ExemplaryRecord, forget: () => void): void
  /** Called before a request is executed: may refuse it because another account has used the key. */
  foreign(isKnownElsewhere: boolean): StoredAnswer | null
  charged(answer: StoredAnswer, key: string | null): StoredAnswer
  refusal(kind: string, status: number, facts?: object): StoredAnswer
}

export interface StoredAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

export interface ExemplaryRecord {
  fingerprint: string
  account: string
  key: string
  answer: StoredAnswer | null
}

export interface ExemplaryApi {
  url: string
  charges: { id: string; account: string; body: unknown }[]
  close(): Promise<void>
}

export const OLD_KEY = 'a-key-of-last-year'
const EXPOSED =
  'Idempotent-Replayed, Idempotency-First-Executed, Idempotency-Key-Expires, Location, Link, Retry-After'

/** The accounts, by their `Authorization` header. */
const ACCOUNTS: Record<string, string> = {
  'Bearer sk_test_first': 'first',
  'Bearer sk_test_second': 'second',
}

export function habitsOf(dialect: ProfileName): Habits {
  const refusal = dialect === 'stripe' ? typed : problem
  return {
    workMs: 25,
    readKey: dialect === 'stripe' ? anyLine : dialect === 'ietf' ? quotedLine : quotedOrBareLine,
    needsKey: dialect !== 'stripe',
    recordId: (account, key) => JSON.stringify([account, key]),
    fingerprint: (body) => JSON.stringify(sorted(JSON.parse(body))),
    replay: ({ headers, ...answer }) => ({
      ...answer,
      headers: { ...headers, 'idempotent-replayed': 'true', 'idempotency-first-executed': KEPT_SINCE },
    }),
    reuse: () => refusal('key-reused', dialect === 'stripe' ? 400 : 422, { differs: ['/amount'] }),
    busy: () => ({
      ...refusal('in-progress', 409),
      headers: { ...refusal('in-progress', 409).headers, 'retry-after': '0' },
    }),
    expired: () => refusal('answer-expired', 409, { retry: 'no' }),
    left: () => undefined,
    foreign: () => null,
    charged: (answer) => answer,
    refusal,
  }
}

const KEPT_SINCE = '2026-03-01T09:30:00.000Z'
const KEPT_UNTIL = '2026-03-31T09:30:00.000Z'

export async function openExemplary(
  dialect: ProfileName,
  change: (habits: Habits) => Partial<Habits> = () => ({}),
): Promise<ExemplaryApi> {
  const usual = habitsOf(dialect)
  const habits = { ...usual, ...change(usual) }
  const charges: ExemplaryApi['charges'] = []
  const records = new Map<string, ExemplaryRecord>()
  const server = http.createServer((request, response) => {
    void answerTo(request, habits, { charges, records }).then(({ status, headers, body }) => {
      response.writeHead(status, {
        'access-control-allow-origin': '*',
        'access-control-expose-headers': EXPOSED,
        ...headers,
      })
      response.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/payments`,
    charges,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

interface State {
  charges: ExemplaryApi['charges']
  records: Map<string, ExemplaryRecord>
}

async function answerTo(request: http.IncomingMessage, habits: Habits, state: State): Promise<StoredAnswer> {
  const account = ACCOUNTS[request.headers.authorization ?? '']
  if (!account) return habits.refusal('unauthorized', 401)
  if (request.method === 'GET')
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify({ items: state.charges }) }
  const key = habits.readKey(request.headersDistinct['idempotency-key'] ?? [])
  const body = await textOf(request)
  const charge = () => doCharge({ account, body, key: key ?? null }, habits, state.charges)
  if (key === undefined) return habits.refusal('key-invalid', 400)
  if (key === null) return habits.needsKey ? habits.refusal('key-missing', 400) : charge()
  if (key === OLD_KEY) return habits.expired(charge)
  const elsewhere = [...state.records.values()].some(
    (record) => record.key === key && record.account !== account,
  )
  return habits.foreign(elsewhere) ?? once(request, { account, key, body, charge }, habits, state.records)
}

interface KeyedCharge {
  account: string
  key: string
  body: string
  charge: () => Promise<StoredAnswer>
}

async function once(
  request: http.IncomingMessage,
  { account, key, body, charge }: KeyedCharge,
  habits: Habits,
  records: Map<string, ExemplaryRecord>,
) {
  const id = habits.recordId(account, key)
  const forget = () => records.delete(id)
  const known = records.get(id)
  if (known && known.fingerprint !== habits.fingerprint(body))
    return habits.reuse({ record: known, body, charge, forget })
  if (known) return known.answer ? habits.replay(known.answer) : habits.busy(known)
  const record: ExemplaryRecord = { fingerprint: habits.fingerprint(body), account, key, answer: null }
  records.set(id, record)
  const answer = await charge()
  record.answer ??= answer
  if (request.socket.destroyed) habits.left(record, forget)
  return answer
}

async function doCharge(
  of: { account: string; body: string; key: string | null },
  habits: Habits,
  charges: ExemplaryApi['charges'],
): Promise<StoredAnswer> {
  await new Promise((resolve) => setTimeout(resolve, habits.workMs))
  const body: unknown = JSON.parse(of.body)
  const id = `pay_${charges.length + 1}`
  charges.push({ id, account: of.account, body })
  const headers = { ...JSON_TYPE, location: `/payments/${id}`, 'idempotency-key-expires': KEPT_UNTIL }
  return habits.charged({ status: 201, headers, body: JSON.stringify({ id, status: 'succeeded' }) }, of.key)
}

const JSON_TYPE = { 'content-type': 'application/json' }

function problem(kind: string, status: number, facts: object = {}): StoredAnswer {
  const body = {
    type: `/problems/${kind}`,
    title: kind,
    status,
    retry: 'same-key',
    safeNewKey: false,
    ...facts,
  }
  const headers = {
    'content-type': 'application/problem+json',
    link: `</problems/${kind}>; rel="describedby"`,
  }
  return { status, headers, body: JSON.stringify(body) }
}

function typed(kind: string, status: number): StoredAnswer {
  return {
    status,
    headers: JSON_TYPE,
    body: JSON.stringify({ error: { type: 'idempotency_error', code: kind } }),
  }
}

/** Any text, at most 255 characters. */
export function anyLine([line]: readonly string[]): string | null | undefined {
  if (!line) return null
  return line.length > 255 ? undefined : line
}

export function quotedLine(lines: readonly string[]): string | null | undefined {
  if (lines.length === 0) return null
  try {
    const [item, parameters] = parseItem(lines.join(', '))
    return typeof item === 'string' && item !== '' && item.length <= 255 && parameters.size === 0
      ? item
      : undefined
  } catch {
    return undefined
  }
}

function quotedOrBareLine(lines: readonly string[]): string | null | undefined {
  const [line = ''] = lines
  const bare = lines.length === 1 && /^[A-Za-z0-9][A-Za-z0-9._:~+/=-]*$/.test(line) && line.length <= 255
  return bare ? line : quotedLine(lines)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}

async function textOf(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
