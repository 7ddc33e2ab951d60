import { parseArgs } from 'node:util'
import type { ConformOptions } from './options'
import type { ProfileName } from './profile'
import { PROFILES } from './profiles'

/** The parsed command line, or the reason why it is wrong. */
export type CommandLine = { options: ConformOptions; strict: boolean; json: boolean } | { wrong: string }

export const USAGE = `Usage: npx @payonce/conform <url> --body <text> [options]

Checks which rules of idempotency the HTTP API at <url> keeps, by sending about 70 real requests.

  --body <text>                   a request that succeeds; {{uuid}} and {{n}} are filled in anew for each new effect
  --profile ietf|stripe|payonce   the rules to check (ietf)
  --header 'Name: value'          sent with every request; may be repeated
  --other-body <text>             another payload for a used key (default: the first number of the body plus one)
  --second-header 'Name: value'   the credential of a second account; may be repeated
  --expired-key <key>             a key whose answer has expired
  --list <url>                    a JSON list of the effects, in which the {{uuid}} of a body can be found
  --timeout <ms>                  the time that an answer may take (10000)
  --strict                        exit with 1 also when a SHOULD fails
  --json                          print the report as JSON
  --yes                           allow a url that is not on this machine: real requests are sent, and real money may move
  --help                          print this text

Exit code 0: every MUST that was judged passed. 1: one failed. 2: the API could not be checked.`

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

/** Reads the command line. Never throws: a mistake in it is returned as `wrong`. */
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
  if (address === undefined || more.length > 0) throw new Error('Give exactly one url.')
  if (values.body === undefined) throw new Error('Give --body, the body of a request that succeeds.')
  const url = urlOf(address)
  const list = values.list === undefined ? undefined : urlOf(values.list)
  if (list && list.origin !== url.origin)
    throw new Error('--list must be on the same server as the url, because your headers are sent to it.')
  if (!values.yes && !isThisMachine(url))
    throw new Error(
      `${url.hostname} is not this machine: real requests are sent, and real money may move. Add --yes to do it anyway.`,
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
  if (url.username || url.password)
    throw new Error('The url must not contain a password. Give it with --header.')
  return url
}

function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
}

function profileOf(name: string): ProfileName {
  if (!Object.hasOwn(PROFILES, name))
    throw new Error(`There is no such profile. Profiles: ${Object.keys(PROFILES).join(', ')}.`)
  return name as ProfileName
}

/** Headers that the runner sets itself. */
const RUNNERS_OWN = ['idempotency-key', 'content-length', 'transfer-encoding', 'host', 'connection', 'expect']

/** Its errors never repeat a value, which may be a credential. */
function headersOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] =
        /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? []
      if (name === undefined || value === undefined) throw new Error("A header is written 'Name: value'.")
      if (RUNNERS_OWN.includes(name.toLowerCase()))
        throw new Error(`The runner sets the header ${name} itself.`)
      return [name.toLowerCase(), value.trimEnd()]
    }),
  )
}

function timeoutOf(text: string): number {
  const ms = Number(text)
  if (!Number.isInteger(ms) || ms < 1 || ms > TIMEOUT_MAX_MS)
    throw new Error(`--timeout takes a number of milliseconds from 1 to ${TIMEOUT_MAX_MS}.`)
  return ms
}

const TIMEOUT_MAX_MS = 120_000
