import type { CardField, CardValues } from './card-rules'

/** Reads the fields from the DOM: autofill changes them without React's knowledge. */
export function readValues(form: HTMLFormElement): CardValues {
  const value = (id: CardField) => (form.querySelector(`#${id}`) as HTMLInputElement | null)?.value ?? ''
  return {
    email: value('email'),
    number: value('number'),
    expiry: value('expiry'),
    csc: value('csc'),
    name: value('name'),
  }
}

/** Fills fields in and fires `input`, so that their handlers group the digits and show the brand. */
export function fillIn(form: HTMLFormElement, values: Partial<CardValues>): void {
  for (const [id, value] of Object.entries(values)) {
    const input = form.querySelector<HTMLInputElement>(`#${id}`)
    if (!input) continue
    input.value = value
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
}
