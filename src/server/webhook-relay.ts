import { merchantsOf } from '@/access/merchant'
import { type Env, modeServed, type Secrets, secretsFor } from '@/platform/env'
import { type AddressRules, openResolver } from '@/webhooks/address'
import { renewWebhookSecrets } from '@/webhooks/endpoint'
import { Relay } from '@/webhooks/relay'
import { WebhookSender } from '@/webhooks/send'
import type { Core } from './core'

/** Keys that the signing secrets of webhooks are encrypted under. */
export function webhookKeys(env: Env): Secrets {
  return secretsFor(env, 'webhook-secret')
}

export function webhookAddresses(env: Env): AddressRules {
  return { loopback: env.PAYONCE_WEBHOOK_LOOPBACK, ownHost: new URL(env.baseUrl).hostname }
}

/** The relay of this installation's merchants, for the worker. */
export function openRelay({ db, env, log, metrics }: Pick<Core, 'db' | 'env' | 'log' | 'metrics'>) {
  const sender = new WebhookSender({ ...webhookAddresses(env), resolve: openResolver() })
  const relay = new Relay({
    db,
    ours: merchantsOf(modeServed(env)),
    keys: webhookKeys(env),
    sender,
    log,
    onDisabled: (endpoint) => {
      metrics.alerts.inc({ operation: 'webhooks' })
      log.error({ event: 'webhook-disabled', ...endpoint }, 'a webhook endpoint was disabled')
    },
  })
  return { run: (stopping: AbortSignal) => relay.run(stopping), close: () => sender.close() }
}

/**
 * Encrypts the signing secrets of webhooks under the current key at the start of the web process, so that none is lost when
 * PAYONCE_SECRET_PREVIOUS is dropped.
 */
export async function renewSigningSecrets({ db, env, log }: Pick<Core, 'db' | 'env' | 'log'>): Promise<void> {
  try {
    const { renewed, unreadable } = await renewWebhookSecrets(db, webhookKeys(env))
    if (renewed > 0) log.info({ renewed }, 'signing secrets of webhooks are encrypted anew')
    if (unreadable > 0)
      log.error(
        { unreadable },
        'signing secrets of webhooks cannot be read: set PAYONCE_SECRET_PREVIOUS to the secret before',
      )
  } catch (error) {
    log.warn({ err: error }, 'the signing secrets of webhooks were not looked through')
  }
}
