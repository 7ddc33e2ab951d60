import { expect, test } from 'vitest'
import { placesFor } from '../frame/navigation'
import { GO, isSingleKey, pressed } from './keys'

const stroke = {
  key: 'g',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  isComposing: false,
  defaultPrevented: false,
}

test('g and a letter lead to a page, and no two pages have the same letter', () => {
  expect(pressed('g', false)).toEqual({ does: 'nothing', waiting: true })
  for (const [href, letter] of Object.entries(GO)) expect(pressed(letter, true)).toEqual({ does: 'go', href })
  expect(new Set(Object.values(GO)).size).toBe(Object.keys(GO).length)
})

test('every letter belongs to a page of the navigation', () => {
  const places = placesFor({ name: '', email: '', sandbox: true, inbox: true, timeZone: null }).map(
    ({ href }) => href,
  )
  expect(Object.keys(GO).filter((href) => !places.includes(href))).toEqual([])
})

test('a letter alone leads nowhere, and a letter that no page has ends the sequence', () => {
  expect(pressed('p', false)).toEqual({ does: 'nothing', waiting: false })
  expect(pressed('x', true)).toEqual({ does: 'nothing', waiting: false })
  // A second g begins again.
  expect(pressed('g', true)).toEqual({ does: 'nothing', waiting: true })
})

test('? helps and / finds, after g too', () => {
  for (const waiting of [false, true]) {
    expect(pressed('?', waiting)).toEqual({ does: 'help' })
    expect(pressed('/', waiting)).toEqual({ does: 'find' })
  }
})

test('a stroke with a modifier, of a composition, repeated, or taken by another is no shortcut', () => {
  expect(isSingleKey(stroke)).toBe(true)
  expect(isSingleKey({ ...stroke, key: '?' })).toBe(true)
  for (const but of ['ctrlKey', 'metaKey', 'altKey', 'repeat', 'isComposing', 'defaultPrevented'])
    expect(isSingleKey({ ...stroke, [but]: true })).toBe(false)
  expect(isSingleKey({ ...stroke, key: 'Enter' })).toBe(false)
})
