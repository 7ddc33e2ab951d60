import type { CardField, CardValues } from './card-rules'

/** The fields keep their own values (a browser fills them in, and React would not know): they are read and typed from here. */
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

/** Types as a person would: the fields' own handlers group the digits and show the brand. */
export function fillIn(form: HTMLFormElement, values: Partial<CardValues>): void {
  for (const [id, value] of Object.entries(values)) {
    const input = form.querySelector<HTMLInputElement>(`#${id}`)
    if (!input) continue
    input.value = value
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
}
