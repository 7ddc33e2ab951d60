import type { BootProblem, Source } from './live-checks'

/**
 * What is wrong with the variables of Stripe; empty where another gateway serves. Every mistake here would charge the wrong account, take no
 * money while goods are sent, or send a secret to a browser, so that none of them is left to the first payment. No key is repeated.
 */
export function stripeProblems(source: Source): BootProblem[] {
  // Merchants may have accounts of their own at the double.
  if (source.PAYONCE_GATEWAY !== 'stripe') return [urlProblem(source)].filter((problem) => problem !== null)
  return [
    secretKeyProblem(source),
    publishableKeyProblem(source),
    ...webhookSecretProblems(source),
    urlProblem(source),
  ].filter((problem) => problem !== null)
}

const WHERE = 'Stripe’s dashboard shows it under Developers → API keys'

function secretKeyProblem(source: Source): BootProblem | null {
  const { STRIPE_SECRET_KEY: key } = source
  const problem = (message: string) => ({ variable: 'STRIPE_SECRET_KEY', message })
  if (!key)
    return problem(
      `set the account’s secret key, ${shapes(source, 'sk')}, or a restricted one, ${shapes(source, 'rk')}. ${WHERE}`,
    )
  if (key.startsWith('pk_'))
    return problem('is a publishable key: it belongs in STRIPE_PUBLISHABLE_KEY, and the secret key here')
  if (!/^[sr]k_(test|live)_\w+$/.test(key))
    return problem(`is no key of Stripe’s: it looks like ${shapes(source, 'sk')}`)
  return modeProblem(source, 'STRIPE_SECRET_KEY', key)
}

function publishableKeyProblem(source: Source): BootProblem | null {
  const { STRIPE_PUBLISHABLE_KEY: key } = source
  const problem = (message: string) => ({ variable: 'STRIPE_PUBLISHABLE_KEY', message })
  // Stripe's card fields take no key of a double's: without one, a product on the double shows our own form of test cards.
  if (!key && source.PAYONCE_STRIPE_URL) return null
  if (!key)
    return problem(
      `set the account’s publishable key, ${shapes(source, 'pk')}: card fields need it. ${WHERE}`,
    )
  if (/^[sr]k_/.test(key))
    return problem(
      'is a secret key, and would be sent to every shopper: put the publishable key here, and if this ran anywhere, roll the secret key at Stripe',
    )
  if (!/^pk_(test|live)_\w+$/.test(key))
    return problem(`is no publishable key of Stripe’s: it looks like ${shapes(source, 'pk')}`)
  return modeProblem(source, 'STRIPE_PUBLISHABLE_KEY', key)
}

/** Live money needs live keys, and a sandbox, whose shops are not paid, must never touch one. */
function modeProblem(source: Source, variable: string, key: string): BootProblem | null {
  const live = source.PAYONCE_MODE === 'live'
  if (key.includes('_live_') === live) return null
  return {
    variable,
    message: live
      ? 'is a key of a Stripe sandbox, and PAYONCE_MODE=live: goods would be sent and no money would come'
      : 'is a live key, and this is a sandbox: it would charge real cards for test orders. Use the account’s test key',
  }
}

function webhookSecretProblems(source: Source): BootProblem[] {
  const current = source.STRIPE_WEBHOOK_SECRET
  const previous = source.STRIPE_WEBHOOK_SECRET_PREVIOUS
  const where = 'Stripe’s dashboard shows the endpoint’s signing secret, whsec_…, under Developers → Webhooks'
  const problems: BootProblem[] = []
  const add = (variable: string, message: string) => problems.push({ variable, message })
  if (!current)
    add('STRIPE_WEBHOOK_SECRET', `set it, since events without a signature are not taken. ${where}`)
  else if (!isWebhookSecret(current)) add('STRIPE_WEBHOOK_SECRET', `is no signing secret. ${where}`)
  if (previous && !isWebhookSecret(previous))
    add('STRIPE_WEBHOOK_SECRET_PREVIOUS', `is no signing secret. ${where}`)
  return problems
}

function isWebhookSecret(text: string): boolean {
  return /^whsec_[\w+/=-]{16,}$/.test(text)
}

/** Only a double of Stripe stands anywhere else than at Stripe, and it stands on this machine. */
function urlProblem(source: Source): BootProblem | null {
  const { PAYONCE_STRIPE_URL: url, STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY } = source
  if (!url) return null
  const problem = (message: string) => ({ variable: 'PAYONCE_STRIPE_URL', message })
  const isLive = [STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY].some((key) => key?.includes('_live_'))
  if (source.PAYONCE_MODE === 'live' || isLive)
    return problem('take it away: live keys and live mode go to Stripe itself, and nowhere else')
  if (!URL.canParse(url) || !LOOPBACK.has(new URL(url).hostname))
    return problem('names a double of Stripe on this machine, http://127.0.0.1:…; keys are sent nowhere else')
  return null
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

function shapes({ PAYONCE_MODE }: Source, kind: string): string {
  return `${kind}_${PAYONCE_MODE === 'live' ? 'live' : 'test'}_…`
}
