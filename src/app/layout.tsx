import type { Metadata, Viewport } from 'next'
import { cookies, headers } from 'next/headers'
import type { ReactNode } from 'react'
import { localeOf } from '@/i18n/choose-locale'
import { LANGUAGES } from '@/i18n/locale'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Payonce', template: '%s – Payonce' },
  description: 'A checkout and ledger that charges exactly once, however often Pay is pressed.',
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
    { media: '(prefers-color-scheme: dark)', color: '#16181d' },
  ],
}

/** The HTML around every page. Theme and language are cookies, so that the first byte is already right. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = (await cookies()).get('theme')?.value
  const locale = localeOf(await headers())
  return (
    <html
      lang={locale}
      dir={LANGUAGES[locale].dir}
      {...(theme === 'light' || theme === 'dark' ? { 'data-theme': theme } : {})}
    >
      <body className="min-h-dvh">{children}</body>
    </html>
  )
}
