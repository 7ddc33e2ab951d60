import type { Mode } from '@/lib/mode'
import { GATEWAYS, type GatewayFacts } from './gateways'
import { NEW_SECRET, weaknessOf } from './secret-strength'

/** A variable that keeps the product from starting, and what mends it. `variable` may name a condition that is none, such as a role. */
export interface BootProblem {
  variable: string
  message: string
}

export type Source = Record<string, string | undefined>
export type KnownGateways = Readonly<Record<string, GatewayFacts>>

/** One error that names every problem, so that nobody mends them one start at a time. */
export function bootError(problems: readonly BootProblem[]): Error {
  return new Error(
    `The environment is not right:\n  ${problems.map(({ variable, message }) => `${variable}: ${message}`).join('\n  ')}`,
  )
}

/**
 * What is wrong for live mode; empty in the sandbox. Reads the text of the variables, so that all problems are found even when one of
 * them cannot be parsed.
 */
export function liveProblems(source: Source, gateways: KnownGateways = GATEWAYS): BootProblem[] {
  if (source.PAYONCE_MODE !== 'live') return []
  return [
    gatewayProblem(source, gateways),
    bankProblem(source),
    secretProblem(source),
    previousProblem(source),
    baseUrlProblem(source),
    ...databaseProblems(source),
    devProblem(source),
    loopbackProblem(source),
  ].filter((problem) => problem !== null)
}

/**
 * The database of live mode has a name, and each of its URLs leads over TLS that is verified, or over a socket of this machine: whoever
 * reads the owner's connection can read and change more than the product can.
 * @param needed the URL that the command cannot do without
 */
export function databaseProblems(
  source: Source,
  needed: (typeof DATABASE_URLS)[number] = 'DATABASE_URL',
): BootProblem[] {
  return DATABASE_URLS.map((variable) => {
    const url = source[variable]
    if (url) return connectionProblem(variable, url)
    return variable === needed ? { variable, message: UNNAMED } : null
  }).filter((problem) => problem !== null)
}

/** The variables that hold URLs of the database: the product's login, the owner's, and the simulated bank's. */
const DATABASE_URLS = ['DATABASE_URL', 'PAYONCE_OWNER_DATABASE_URL', 'PAYONCE_BANK_DATABASE_URL'] as const

const UNNAMED =
  'name the PostgreSQL database of live mode, postgresql://…/payonce?sslmode=verify-full; the embedded one is for the sandbox'

function connectionProblem(variable: string, url: string): BootProblem | null {
  if (!URL.canParse(url)) return { variable, message: 'write it as postgresql://…' }
  const { hostname, searchParams } = new URL(url)
  const hosts = searchParams.getAll('host')
  if (isSocket(hosts.length > 0 ? hosts : [decodeURIComponent(hostname)])) return null
  const modes = searchParams.getAll('sslmode')
  // A parameter that is sent twice, or `ssl` beside it, is read differently by different drivers.
  if (modes.length === 1 && modes[0] === 'verify-full' && !searchParams.has('ssl')) return null
  return {
    variable,
    message:
      'add sslmode=verify-full (and sslrootcert=/path/to/ca.pem for a CA of your own), so that nobody between us and the database reads or changes it; or name a unix socket, ?host=/var/run/postgresql',
  }
}

function isSocket(hosts: string[]): boolean {
  return hosts.every((host) => host.startsWith('/'))
}

function gatewayProblem({ PAYONCE_GATEWAY }: Source, gateways: KnownGateways): BootProblem | null {
  const name = PAYONCE_GATEWAY ?? 'simulator'
  if (mayServe(gateways, name, 'live')) return null
  const notLive = Object.hasOwn(gateways, name) ? gateways[name]?.notLive : undefined
  if (notLive)
    return {
      variable: 'PAYONCE_GATEWAY',
      message: `"${name}" serves the sandbox only in this version (PAYONCE_MODE=sandbox): ${notLive}`,
    }
  const real = Object.keys(gateways).filter((each) => mayServe(gateways, each, 'live'))
  return {
    variable: 'PAYONCE_GATEWAY',
    message: `live mode needs a gateway that moves money, and "${name}" does not: ${
      real.length > 0
        ? `set it to ${real.join(' or ')}`
        : 'this version has none, so it runs in the sandbox only (PAYONCE_MODE=sandbox)'
    }`,
  }
}

/** Whether a gateway of this name exists and serves the mode. */
export function mayServe(gateways: KnownGateways, name: string, mode: Mode): boolean {
  return Object.hasOwn(gateways, name) && (gateways[name]?.modes.includes(mode) ?? false)
}

function bankProblem({ PAYONCE_BANK_URL }: Source): BootProblem | null {
  if (!PAYONCE_BANK_URL) return null
  return {
    variable: 'PAYONCE_BANK_URL',
    message: 'take it away: only the simulated bank is reached by it, and it moves no money',
  }
}

function loopbackProblem({ PAYONCE_WEBHOOK_LOOPBACK }: Source): BootProblem | null {
  if (PAYONCE_WEBHOOK_LOOPBACK !== 'true') return null
  return {
    variable: 'PAYONCE_WEBHOOK_LOOPBACK',
    message: 'take it away: a merchant could have requests sent to services of this machine',
  }
}

function secretProblem({ PAYONCE_SECRET = '' }: Source): BootProblem | null {
  const weakness = PAYONCE_SECRET === '' ? 'live mode needs its own' : weaknessOf(PAYONCE_SECRET)
  return weakness === null
    ? null
    : { variable: 'PAYONCE_SECRET', message: `${weakness}. Make one with: ${NEW_SECRET}` }
}

function previousProblem({ PAYONCE_SECRET_PREVIOUS }: Source): BootProblem | null {
  const weakness = PAYONCE_SECRET_PREVIOUS ? weaknessOf(PAYONCE_SECRET_PREVIOUS) : null
  return weakness === null
    ? null
    : {
        variable: 'PAYONCE_SECRET_PREVIOUS',
        message: `${weakness}. Take it away: whoever guesses it can sign as we do`,
      }
}

function baseUrlProblem({ PAYONCE_BASE_URL = '' }: Source): BootProblem | null {
  if (URL.canParse(PAYONCE_BASE_URL) && new URL(PAYONCE_BASE_URL).protocol === 'https:') return null
  return {
    variable: 'PAYONCE_BASE_URL',
    message: 'set it to the public address, https://…: without TLS anyone on the way reads the cookies',
  }
}

function devProblem({ NODE_ENV }: Source): BootProblem | null {
  if (NODE_ENV !== 'development') return null
  return {
    variable: 'NODE_ENV',
    message: 'live mode never runs as a development server: start it with npm start',
  }
}
