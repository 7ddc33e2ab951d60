import type { BootProblem, Source } from './live-checks'

/** How mails leave the product. */
export interface MailSettings {
  host: string
  port: number
  /** TLS from the first byte (smtps); otherwise STARTTLS. */
  tls: boolean
  /** Nothing is sent without TLS. Otherwise it is used where the server offers it. */
  demandTls: boolean
  user: string | null
  password: string | null
  /** `Payonce <alerts@example.com>` */
  from: string
}

/** An address, alone or behind a name. */
const FROM = /^(?:[^<>@\p{Cc}]{1,100} <[^<>@\s]{1,64}@[\w.-]{1,255}>|[^<>@\s]{1,64}@[\w.-]{1,255})$/u

/** What is wrong with the variables of mail; empty where none is set. The address of the server, which may have a password, is not repeated. */
export function mailProblems(source: Source): BootProblem[] {
  const { PAYONCE_SMTP_URL: url, PAYONCE_MAIL_FROM: from } = source
  const problems: BootProblem[] = []
  const problem = (variable: string, message: string) => problems.push({ variable, message })
  if (url && !isServer(url))
    problem(
      'PAYONCE_SMTP_URL',
      'write it as smtps://user:password@mail.example.com:465, or smtp:// with port 587 for STARTTLS, without a path and without ?: certificates are always verified',
    )
  if (url && !from) problem('PAYONCE_MAIL_FROM', 'name the sender, such as Payonce <alerts@example.com>')
  if (from && !FROM.test(from)) problem('PAYONCE_MAIL_FROM', 'write it as Payonce <alerts@example.com>')
  if (from && !url) problem('PAYONCE_SMTP_URL', 'name the mail server, or take PAYONCE_MAIL_FROM away')
  return problems
}

function isServer(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, pathname, search, hash } = new URL(text)
  return /^smtps?:$/.test(protocol) && hostname !== '' && /^\/?$/.test(pathname) && !search && !hash
}

/** The mail server that the environment names; null where there is none. Live mode, and a password on its way to another machine, demand TLS. */
export function mailOf(env: {
  PAYONCE_MODE: 'sandbox' | 'live'
  PAYONCE_SMTP_URL?: string | undefined
  PAYONCE_MAIL_FROM?: string | undefined
}): MailSettings | null {
  const { PAYONCE_SMTP_URL, PAYONCE_MAIL_FROM: from } = env
  if (!PAYONCE_SMTP_URL || !from) return null
  const url = new URL(PAYONCE_SMTP_URL)
  const tls = url.protocol === 'smtps:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const password = url.password ? decodeURIComponent(url.password) : null
  return {
    host,
    port: Number(url.port) || (tls ? 465 : 587),
    tls,
    demandTls: env.PAYONCE_MODE === 'live' || (password !== null && !isLoopback(host)),
    user: url.username ? decodeURIComponent(url.username) : null,
    password,
    from,
  }
}

/** A server on this machine, such as a mail catcher, has no certificate that could be verified. */
export const isLoopback = (host: string) => /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)
