import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseLocale, localeOf, localeOfPage } from './choose-locale'
import { LOCALES } from './locale'

describe('the language of a reader', () => {
  test.each([
    ['the request names none', null, null, 'en'],
    ['the browser asks for Arabic', null, 'ar', 'ar'],
    ['the browser asks for the Arabic of Egypt', null, 'ar-EG,ar;q=0.9,en;q=0.8', 'ar'],
    ['English is preferred to Arabic', null, 'en-GB,ar;q=0.9', 'en'],
    ['the first language is one that we do not have', null, 'de-DE,de;q=0.9,ar;q=0.5,en;q=0.3', 'ar'],
    ['no language is one that we have', null, 'de,fr', 'en'],
    ['Arabic is refused', null, 'ar;q=0, *', 'en'],
    ['the reader has chosen', 'theme=dark; locale=ar', 'en', 'ar'],
    ['the reader has chosen English', 'locale=en', 'ar', 'en'],
    ['the choice is none of ours', 'locale=xx', 'ar', 'ar'],
    ['another cookie ends in the same word', 'my-locale=ar', 'en', 'en'],
    ['the cookie cannot be decoded', 'locale=%E0%A4%A', 'ar', 'ar'],
    ['two cookies have the name: the first counts', 'locale=ar; locale=en', 'en', 'ar'],
  ])('%s', (_, cookie, acceptLanguage, locale) => {
    expect(chooseLocale({ cookie, acceptLanguage })).toBe(locale)
  })

  test('any header leads to a language that we have', () => {
    const text = fc.string({ unit: 'binary-ascii' })
    fc.assert(
      fc.property(text, text, (cookie, acceptLanguage) =>
        LOCALES.includes(chooseLocale({ cookie, acceptLanguage })),
      ),
    )
  })
})

describe('the language of a page', () => {
  const arabic = { cookie: 'locale=ar', acceptLanguage: null }

  test.each(['/', '/?x=/docs', '/receipt/abc', '/nothing-here', '/docsome', '/%2fdocs'])(
    '%s is in the reader’s',
    (url) => {
      expect(localeOfPage(url, arabic)).toBe('ar')
    },
  )

  test.each([
    '/dashboard',
    '/dashboard/payments?status=paid',
    '/docs',
    '/docs/api',
    '/learn',
    '/docs?x',
    '/problems/busy',
    '/sign-in',
  ])('%s is English', (url) => {
    expect(localeOfPage(url, arabic)).toBe('en')
  })

  test('the choice of the web process wins', () => {
    expect(localeOf(new Headers({ 'x-locale': 'en', cookie: 'locale=ar' }))).toBe('en')
    expect(localeOf(new Headers({ 'x-locale': '<b>', cookie: 'locale=ar' }))).toBe('ar')
  })
})
