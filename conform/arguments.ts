import { parseArgs } from 'node:util'
import type { ConformOptions } from './conform'
import { PROFILES, type ProfileName } from './profiles'

/** What the command line says, or why it cannot be done. */
export type CommandLine = { options: ConformOptions; strict: boolean; json: boolean } | { wrong: string }

export const USAGE = `npm run conform -- <url> --body <text> [options]

  --profile ietf|stripe|payonce   what is asked for (ietf)
  --header 'Name: value'          sent with every request; may be repeated
  --body <text>                   a request that succeeds; {{uuid}} and {{n}} are filled anew for each new effect
  --other-body <text>             another payload, for the reuse of a key (else the first number of the body grows by one)
  --second-header 'Name: value'   the credential of another account; may be repeated
  --expired-key <key>             a key whose answer has expired
  --list <url>                    a JSON list of the effects, where {{uuid}} of the body can be found again
  --timeout <ms>                  how long an answer may take (10000)
  --strict                        a SHOULD that fails counts, too
  --json                          the report as JSON
  --yes                           needed where the url is not this machine: about 100 real requests are sent, and real money may move`

const OPTIONS = {
  profile: { type: 'string', default: 'ietf' },
  header: { type: 'string', multiple: true, default: [] as string[] },
  body: { type: 'string' },
  'other-body': { type: 'string' },
  'second-header': { type: 'string', multiple: true },
  'expired-key': { type: 'string' },
  list: { type: 'string' },
  timeout: { type: 'string' },
  strict: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
} as const

export function readArguments(args: string[]): CommandLine {
  try {
    return parse(args)
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) }
  }
}

function parse(args: string[]): CommandLine {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true })
  const [address, ...more] = positionals
  if (address === undefined || more.length > 0) throw new Error('Name one url.')
  if (values.body === undefined) throw new Error('Give --body: a request that succeeds.')
  const url = urlOf(address)
  const list = values.list === undefined ? undefined : urlOf(values.list)
  if (list && list.origin !== url.origin)
    throw new Error('--list must be on the same server: your headers are sent there.')
  if (!values.yes && !isThisMachine(url))
    throw new Error(
      `${url.hostname} is not this machine: real requests are sent, and real money may move. Say --yes if you mean it.`,
    )
  const options: ConformOptions = {
    url,
    profile: profileOf(values.profile),
    headers: headersOf(values.header),
    body: values.body,
    ...(values['other-body'] === undefined ? {} : { otherBody: values['other-body'] }),
    ...(values['second-header'] === undefined ? {} : { secondHeaders: headersOf(values['second-header']) }),
    ...(values['expired-key'] === undefined ? {} : { expiredKey: values['expired-key'] }),
    ...(list === undefined ? {} : { listUrl: list }),
    ...(values.timeout === undefined ? {} : { timeoutMs: timeoutOf(values.timeout) }),
  }
  return { options, strict: values.strict, json: values.json }
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new Error('The url must begin with http:// or https://.')
  if (url.username || url.password) throw new Error('A url must hold no password: give it with --header.')
  return url
}

function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
}

function profileOf(name: string): ProfileName {
  if (!Object.hasOwn(PROFILES, name))
    throw new Error(`There is no such profile; there are ${Object.keys(PROFILES).join(', ')}.`)
  return name as ProfileName
}

/** What the runner writes itself may not be given. */
const RUNNERS_OWN = ['idempotency-key', 'content-length', 'transfer-encoding', 'host', 'connection', 'expect']

/** Never repeats a value in what it complains of: it may be a credential. */
function headersOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] =
        /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? []
      if (name === undefined || value === undefined) throw new Error("A header is written 'Name: value'.")
      if (RUNNERS_OWN.includes(name.toLowerCase())) throw new Error(`${name} is sent by the runner itself.`)
      return [name.toLowerCase(), value.trimEnd()]
    }),
  )
}

function timeoutOf(text: string): number {
  const ms = Number(text)
  if (!Number.isInteger(ms) || ms < 1 || ms > TIMEOUT_MAX_MS)
    throw new Error(`--timeout is a number of milliseconds, at most ${TIMEOUT_MAX_MS}.`)
  return ms
}

const TIMEOUT_MAX_MS = 120_000
