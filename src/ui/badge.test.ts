import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Badge } from './badge'
import { PAYMENT_STATUSES, PaymentStatus, type PaymentStatusName } from './status'

test('a glyph comes before the word and is not read out', () => {
  const html = renderToStaticMarkup(Badge({ glyph: '●', children: 'Paid' }))
  expect(html).toMatch(/<span aria-hidden="true"[^>]*>●<\/span>Paid<\/span>$/)
})

test('a badge without a glyph holds its word only', () => {
  expect(renderToStaticMarkup(Badge({ children: 'Paid' }))).toMatch(/^<span class="[^"]+">Paid<\/span>$/)
})

test.each(Object.keys(PAYMENT_STATUSES) as PaymentStatusName[])('%s: glyph and word', (status) => {
  const { glyph, word } = PAYMENT_STATUSES[status]
  const html = renderToStaticMarkup(PaymentStatus({ status }))
  expect(html.replace(/<[^>]+>/g, '')).toBe(`${glyph}${word}`)
})
