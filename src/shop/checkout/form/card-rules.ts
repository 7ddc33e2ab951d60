import type { Messages } from '@/i18n/messages'
import { passesLuhn } from '@/lib/card-number'
import { tokenFor } from './test-cards'

export interface CardValues {
  email: string
  number: string
  expiry: string
  csc: string
  name: string
}
export type CardField = keyof CardValues
/** The message for an invalid field. */
export type FieldProblem = Exclude<keyof Messages['checkout']['wrong'], 'title'>
export type CardErrors = Partial<Record<CardField, FieldProblem>>

/** The fields in their order on the page, which is also the order of the summary. */
export const FIELDS: readonly CardField[] = ['email', 'number', 'expiry', 'csc', 'name']

export function digitsOf(text: string): string {
  return text.replace(/\D/g, '')
}

export function isAmex(digits: string): boolean {
  return /^3[47]/.test(digits)
}

export function brandOf(digits: string): string | null {
  if (isAmex(digits)) return 'Amex'
  if (digits.startsWith('4')) return 'Visa'
  if (/^(5[1-5]|2[2-7])/.test(digits)) return 'Mastercard'
  return null
}

/** `4242424242424242` → `4242 4242 4242 4242`; Amex 4-6-5. */
export function groupNumber(text: string): string {
  const digits = digitsOf(text).slice(0, 19)
  const groups = isAmex(digits)
    ? /^(\d{1,4})(\d{1,6})?(\d{1,5})?/.exec(digits.slice(0, 15))?.slice(1)
    : digits.match(/\d{1,4}/g)
  return groups?.filter(Boolean).join(' ') ?? ''
}

/** The caret's position after regrouping: behind as many digits as before. */
export function caretAfter(grouped: string, digitsBefore: number): number {
  let position = 0
  for (let seen = 0; seen < digitsBefore && position < grouped.length; position++)
    if (/\d/.test(grouped[position] ?? '')) seen++
  return position
}

/** `4/28`, `0428`, `04/2028`, `04 / 28` → month and full year; null for any other form. */
export function readExpiry(text: string): { month: number; year: number } | null {
  const match =
    /^(0?[1-9]|1[0-2])\s*[/.\- ]\s*(\d{2}|20\d{2})$/.exec(text.trim()) ??
    /^(0[1-9]|1[0-2])(\d{2}|20\d{2})$/.exec(text.trim())
  return match ? { month: Number(match[1]), year: 2000 + (Number(match[2]) % 100) } : null
}

/** `0428` → `04 / 28`; any other text stays as it is. */
export function showExpiry(text: string): string {
  const read = readExpiry(text)
  return read ? `${String(read.month).padStart(2, '0')} / ${String(read.year % 100).padStart(2, '0')}` : text
}

/**
 * The problem of one field; null: the field is valid.
 * @param now a card is valid through the month of its expiry, in the browser's own time zone
 */
export function checkField(field: CardField, values: CardValues, now: Date): FieldProblem | null {
  const text = values[field].trim()
  switch (field) {
    case 'email':
      return text === '' || /^\S+@\S+\.\S+$/.test(text) ? null : 'email'
    case 'number':
      return checkNumber(digitsOf(text))
    case 'expiry':
      return checkExpiry(text, now)
    case 'csc':
      return checkCsc(text, isAmex(digitsOf(values.number)) ? 4 : 3)
    case 'name':
      return text === '' ? 'nameEmpty' : null
  }
}

export function checkCard(values: CardValues, now: Date): CardErrors {
  return Object.fromEntries(
    FIELDS.map((field) => [field, checkField(field, values, now)]).filter(([, error]) => error !== null),
  )
}

function checkNumber(digits: string): FieldProblem | null {
  if (digits === '') return 'numberEmpty'
  if (digits.length < 13) return 'numberShort'
  if (!passesLuhn(digits)) return 'numberTyped'
  if (tokenFor(digits) === null) return 'numberReal'
  return null
}

function checkExpiry(text: string, now: Date): FieldProblem | null {
  if (text === '') return 'expiryEmpty'
  const expiry = readExpiry(text)
  if (!expiry) return 'expiryForm'
  const past = expiry.year * 12 + expiry.month < now.getFullYear() * 12 + now.getMonth() + 1
  return past ? 'expiryPast' : null
}

function checkCsc(text: string, length: 3 | 4): FieldProblem | null {
  if (text === '') return 'cscEmpty'
  return new RegExp(`^\\d{${length}}$`).test(text) ? null : length === 4 ? 'cscFour' : 'cscThree'
}
