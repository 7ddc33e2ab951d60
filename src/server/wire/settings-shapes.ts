import { z } from 'zod'
import { ACCENT_FORM, accentContrast, nearestAccent } from '@/lib/accent'
import { isStorable } from '@/lib/text'
import type { SettingsRow } from '@/settings/settings'
import { maybeTime } from './json'

/** Base64 of a logo of 32 KiB, which is what a request may carry beside it. */
const LOGO_BASE64_MAX = 44_000

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine(isStorable, 'A text may not contain U+0000 or half of a surrogate pair.')
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'Use one line, without control characters.')

/** What an admin may choose; null takes a choice back. A field that is not there stays as it is. */
export const settingsIn = z.strictObject({
  displayName: line(60).nullable().optional(),
  accent: z
    .string()
    .regex(ACCENT_FORM, 'Write a colour as # and six digits, like #0f766e.')
    .refine((hex) => !ACCENT_FORM.test(hex) || accentContrast(hex).allowed, {
      error: (issue) => whyNotAccent(issue.input),
    })
    .nullable()
    .optional(),
  supportEmail: z.email('Enter an email address, like help@example.com.').max(254).nullable().optional(),
  supportUrl: z
    .string()
    .max(500)
    .refine(isPublicAddress, 'Enter an address that begins with https://, without a name or password in it.')
    .nullable()
    .optional(),
  statementWords: z
    .string()
    .trim()
    .regex(
      /^(?=.*[A-Za-z])[A-Za-z0-9 .&,/-]{5,22}$/,
      'Use 5 to 22 letters, digits, spaces and . & , / -, with at least one letter.',
    )
    .nullable()
    .optional(),
  timeZone: z
    .string()
    .max(60)
    .refine(isTimeZone, 'Choose a time zone of the IANA database, like Europe/Berlin.')
    .nullable()
    .optional(),
})

/** A PNG as base64; null takes the logo back. */
export const logoIn = z.base64().min(1).max(LOGO_BASE64_MAX).nullable()

/** The refusal of a colour, with the nearest one that is allowed. */
export function whyNotAccent(hex: unknown): string {
  if (typeof hex !== 'string' || !ACCENT_FORM.test(hex)) return 'This is no colour.'
  const { light, dark } = accentContrast(hex)
  const where = light < dark ? 'light' : 'dark'
  const ratio = Math.min(light, dark).toFixed(1)
  return `On the ${where} page this colour has a contrast of ${ratio}:1, and 3:1 is needed. The nearest that is allowed is ${nearestAccent(hex)}.`
}

function isPublicAddress(text: string): boolean {
  const url = isStorable(text) && URL.canParse(text) ? new URL(text) : null
  return (
    url?.protocol === 'https:' && url.username === '' && url.password === '' && text.startsWith('https://')
  )
}

function isTimeZone(name: string): boolean {
  try {
    return (
      (name === 'UTC' || /^[A-Za-z][\w+-]*\//.test(name)) &&
      new Intl.DateTimeFormat('en', { timeZone: name }) !== null
    )
  } catch {
    return false
  }
}

export const settingsOut = z.object({
  version: z.int(),
  /** The merchant's name, where no other was chosen. */
  merchantName: z.string(),
  displayName: z.string().nullable(),
  accent: z.string().nullable(),
  supportEmail: z.string().nullable(),
  supportUrl: z.string().nullable(),
  statementWords: z.string().nullable(),
  timeZone: z.string().nullable(),
  logo: z.object({ url: z.string(), width: z.int(), height: z.int() }).nullable(),
  changedAt: z.string().nullable(),
  /** An operator's own name; null: nobody has changed anything, or they were removed. */
  changedBy: z.string().nullable(),
  /** May change them. */
  mayChange: z.boolean(),
})

export function showSettings(
  row: SettingsRow,
  about: { merchantName: string; changedBy: string | null; mayChange: boolean },
): z.infer<typeof settingsOut> {
  const { version, displayName, accent, supportEmail, supportUrl, statementWords, timeZone } = row
  return {
    version,
    displayName,
    accent,
    supportEmail,
    supportUrl,
    statementWords,
    timeZone,
    logo: logoOf(row),
    changedAt: maybeTime(row.changedAt),
    ...about,
  }
}

function logoOf({ logoId, logoWidth, logoHeight }: SettingsRow) {
  if (logoId === null) return null
  return { url: `/api/logos/${logoId}.png`, width: logoWidth ?? 0, height: logoHeight ?? 0 }
}
