import { z } from 'zod'
import { isCurrency, MAX_PAYMENT_MINOR, type MinorByCurrency } from '@/lib/money'

/**
 * A variable with an amount for each currency, in its minor unit: `10000` for all of them, or `10000,JPY=15000,KWD=30000`. 0: nothing.
 * @param other the amount without the variable
 */
export function minorByCurrency(other: number) {
  return z
    .string()
    .default(String(other))
    .transform((text, context): MinorByCurrency => {
      const [first = '', ...rest] = text.split(',').map((part) => part.trim())
      const named = rest.map((part) => /^([A-Z]{3})=(\d+)$/.exec(part)?.slice(1) ?? [])
      const known = named.every(([code = '', minor = '']) => isCurrency(code) && isAmount(minor))
      if (isAmount(first) && known)
        return {
          other: Number(first),
          byCurrency: Object.fromEntries(named.map(([code, minor]) => [code, Number(minor)])),
        }
      context.addIssue({
        code: 'custom',
        message: 'an amount in minor units, then others by currency: 10000 or 10000,JPY=15000',
      })
      return z.NEVER
    })
}

function isAmount(text: string): boolean {
  return /^\d{1,13}$/.test(text) && BigInt(text) <= MAX_PAYMENT_MINOR
}
