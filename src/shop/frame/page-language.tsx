'use client'
import { useLayoutEffect } from 'react'
import { LANGUAGES, type Locale } from '@/i18n/locale'

/**
 * Keeps `<html lang dir>` in the language of the page: client navigation between an English page and a shopper's page
 * does not render the root layout again.
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
