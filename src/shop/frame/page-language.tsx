'use client'
import { useLayoutEffect } from 'react'
import { LANGUAGES, type Locale } from '@/i18n/locale'

/**
 * Keeps `<html>` in the language of the page. A link from an English page to a shopper's and back changes the page and leaves the frame
 * as the first request got it.
 */
export function PageLanguage({ locale }: { locale: Locale }) {
  useLayoutEffect(() => {
    setLanguage(locale)
    return () => setLanguage('en')
  }, [locale])
  return null
}

function setLanguage(locale: Locale) {
  document.documentElement.lang = locale
  document.documentElement.dir = LANGUAGES[locale].dir
}
