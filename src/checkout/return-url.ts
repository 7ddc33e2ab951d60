import { storable } from '@/lib/text'

/** Characters of an address. 2,000: what every browser and proxy takes. */
const LENGTH_MAX = 2_000
/** Stands for the order's id in the path or the query of an address. */
const PLACEHOLDER = '{ORDER_ID}'
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/

/** Why an address may not be where shoppers return to; null: it may. */
export function whyNotReturnUrl(text: string): string | null {
  // A browser drops line breaks and tabs, and reads a backslash as a slash: what is shown would not be what is opened.
  if (/[\s\p{Cc}\\]/u.test(text)) return 'An address may have no space, control character or backslash.'
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    return 'Send an absolute address, such as https://shop.example/thanks.'
  const url = new URL(text)
  if (url.protocol !== 'https:' && !LOOPBACK.test(url.hostname))
    return 'Send an https address; http is for localhost alone.'
  if (url.username !== '' || url.password !== '') return 'An address may have no user name and no password.'
  if (/[{}]|%7[bd]/i.test(url.host)) return `${PLACEHOLDER} may stand in the path and the query alone.`
  return null
}

/** An address of the merchant, to which a link leads: absolute, https (http for localhost in the sandbox), without credentials. */
export const returnUrl = storable.max(LENGTH_MAX).superRefine((text, context) => {
  const message = whyNotReturnUrl(text)
  if (message) context.addIssue({ code: 'custom', message })
})

/** True for an address that only a sandbox takes. */
export function isLoopbackUrl(text: string): boolean {
  return !text.toLowerCase().startsWith('https:')
}

/**
 * The address of a link back to the shop.
 * @param orderId as shown
 * @returns null where there is none, and where it is no address that a link may lead to
 */
export function returnLink(stored: string | null, orderId: string): string | null {
  if (stored === null || whyNotReturnUrl(stored) !== null) return null
  return new URL(stored.replaceAll(PLACEHOLDER, orderId)).href
}
