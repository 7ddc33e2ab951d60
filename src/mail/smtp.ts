import { createTransport } from 'nodemailer'
import { isLoopback, type MailSettings } from '@/platform/mail-checks'
import { redact } from '@/platform/redact'

/** `refused`: this recipient, for good. Any other failure may pass. */
export type MailAnswer = { sent: true } | { sent: false; refused: boolean; error: string }

export interface MailTransport {
  send(mail: { id: string; recipient: string; subject: string; body: string }): Promise<MailAnswer>
}

/** 10 s to connect and to be greeted, 15 s for each answer: below the lease of a mail together. */
const CONNECT_MS = 10_000
const ANSWER_MS = 15_000

/** Sends by a mail server (RFC 5321), over a connection for each mail. Certificates are always verified. */
export function openSmtp(settings: MailSettings): MailTransport {
  const { host, port, tls, demandTls, user, password, from } = settings
  const transport = createTransport({
    host,
    port,
    secure: tls,
    requireTLS: !tls && demandTls,
    // A mail catcher on this machine has no certificate that could be verified.
    ignoreTLS: !tls && !demandTls && isLoopback(host),
    tls: { minVersion: 'TLSv1.2' },
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: ANSWER_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    send: async ({ id, recipient, subject, body }) => {
      try {
        await transport.sendMail({
          from,
          // An object: an address is never read as a list of several.
          to: { name: '', address: recipient },
          subject,
          text: body,
          messageId: `<${id}@${domainOf(from)}>`,
          // RFC 3834: no holiday answer comes back.
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
        return { sent: true }
      } catch (error) {
        return failureOf(error)
      }
    },
  }
}

function failureOf(error: unknown): MailAnswer {
  const { code, responseCode, message } = error as { code?: string; responseCode?: number; message?: string }
  // A 5xx of any other step is about us, not about the recipient.
  const refused = code === 'EENVELOPE' && (responseCode ?? 0) >= 500
  return { sent: false, refused, error: redact(message ?? String(error)) }
}

const domainOf = (from: string) => /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost'
