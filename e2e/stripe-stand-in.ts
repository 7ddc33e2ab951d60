import type { Page } from '@playwright/test'
import type { PaymentMethod, Stripe, StripeElements, StripePaymentElement } from '@stripe/stripe-js'

/** What stands in for Stripe's script and its frame, at Stripe's own host: the page's policy, its loader and a foreign frame are the real ones. */
export const STRIPE_HOST = 'https://js.stripe.com'

/** Card numbers of the stand-in's frame, and the token that each becomes: test cards of the double's. */
export const NUMBERS = {
  pays: '4242424242424242',
  declines: '4000000000009995',
  asks: '4000000000003220',
  /** Refused by Stripe before there is a token. */
  refused: '4000000000000101',
} as const

/** Answers all that the page asks of js.stripe.com. @param before is awaited before the script is sent */
export async function serveStandIn(page: Page, before: () => Promise<void> = async () => {}): Promise<void> {
  await page.route(`${STRIPE_HOST}/**`, async (route) => {
    if (new URL(route.request().url()).pathname.endsWith('.js')) {
      await before()
      const body = `window.Stripe = (${standIn})(${JSON.stringify(STRIPE_HOST)})`
      return route.fulfill({ contentType: 'text/javascript', body })
    }
    return route.fulfill({ contentType: 'text/html', body: FRAME })
  })
}

/** The field inside Stripe's frame. */
export const cardNumber = (page: Page) => page.frameLocator('iframe[title]').getByLabel('Card number')

/** How many tokens the page asked for. */
export const tokensMade = (page: Page): Promise<number> =>
  page.evaluate(() => (window as { tokens?: number }).tokens ?? 0)

const TOKENS: Record<string, string> = {
  [NUMBERS.pays]: 'pm_card_visa',
  [NUMBERS.declines]: 'pm_card_chargeDeclinedInsufficientFunds',
  [NUMBERS.asks]: 'pm_card_threeDSecure2Required',
}

const FRAME = `<!doctype html><html lang="en"><title>Card</title><label>Card number <input autocomplete="off"></label><script>
  const TOKENS = ${JSON.stringify(TOKENS)}, input = document.querySelector('input')
  const say = (message) => parent.postMessage(message, '*')
  addEventListener('message', ({ data }) => {
    if ('readOnly' in data) input.readOnly = data.readOnly
    if (!data.ask) return
    const { value } = input
    const error = value === '' ? 'validation_error' : TOKENS[value] ? null : 'card_error'
    say({ ask: data.ask, error: data.only === 'complete' && error === 'card_error' ? null : error, token: TOKENS[value] })
  })
  say({ ready: true })
</script></html>`

/** Sent to the browser as text: everything it uses is inside. Its shape is that of Stripe's own types. */
function standIn(host: string) {
  let frame: HTMLIFrameElement | null = null
  let asked = 0
  const ask = (only: string) =>
    new Promise<{ error: string | null; token: string }>((resolve) => {
      const id = ++asked
      const answered = ({ data, origin }: MessageEvent) => {
        if (origin !== host || data.ask !== id) return
        removeEventListener('message', answered)
        resolve(data)
      }
      addEventListener('message', answered)
      frame?.contentWindow?.postMessage({ ask: id, only }, host)
    })
  const itself = () => payment as unknown as StripePaymentElement
  const payment: Pick<StripePaymentElement, 'on' | 'mount' | 'update' | 'destroy'> = {
    on: ((event: string, handler: () => void) => {
      const ready = ({ data, origin }: MessageEvent) => {
        if (event === 'ready' && origin === host && data.ready) handler()
      }
      addEventListener('message', ready)
      return itself()
    }) as StripePaymentElement['on'],
    mount(place) {
      frame = document.createElement('iframe')
      frame.title = 'Secure payment input frame'
      frame.src = `${host}/stand-in.html`
      frame.height = '60'
      frame.width = '100%'
      ;(place as HTMLElement).append(frame)
    },
    update({ readOnly }) {
      frame?.contentWindow?.postMessage({ readOnly: readOnly === true }, host)
      return itself()
    },
    destroy: () => frame?.remove(),
  }
  const elements = {
    create: (() => payment) as unknown as StripeElements['create'],
    submit: async () => {
      const { error } = await ask('complete')
      return error
        ? {
            error: {
              type: 'validation_error',
              code: 'incomplete_number',
              message: 'Your card number is incomplete.',
            },
          }
        : { selectedPaymentMethod: 'card' }
    },
  } satisfies Pick<StripeElements, 'create' | 'submit'>
  return () =>
    ({
      elements: (() => elements) as unknown as Stripe['elements'],
      createPaymentMethod: async () => {
        const counted = window as { tokens?: number }
        counted.tokens = (counted.tokens ?? 0) + 1
        const { error, token } = await ask('token')
        return error
          ? { error: { type: 'card_error', message: 'Your card was declined.' } }
          : { paymentMethod: { id: token } as PaymentMethod }
      },
    }) satisfies Pick<Stripe, 'elements' | 'createPaymentMethod'>
}
