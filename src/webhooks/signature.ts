import { createHmac, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'
/** 32 bytes: within the 24 to 64 of Standard Webhooks, and as many as SHA-256 gives. */
const SECRET_BYTES = 32

/** A new signing secret, `whsec_` and base64 (Standard Webhooks 1.0, "Signature scheme"). */
export function newSigningSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64')
}

export interface Message {
  /** The event's id as it is shown: the same in every attempt, so that a receiver can drop repeats. */
  id: string
  /** Of the attempt. */
  at: Date
  body: string
}

/**
 * The headers that Standard Webhooks 1.0 demands. One signature for each secret, so that a receiver may change from one to the other at any
 * time in a rotation.
 */
export function signedHeaders({ id, at, body }: Message, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  const signed = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signed.join(' ') }
}
