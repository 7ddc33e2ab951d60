'use client'
import { useEffect, useState } from 'react'
import { Icon, type IconName } from './icon'

type Theme = 'system' | 'light' | 'dark'
const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }
const ENGLISH = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark', change: 'Change' }
const ICONS: Record<Theme, IconName> = { system: 'auto', light: 'sun', dark: 'moon' }

/** Switches between system, light and dark. Stored in a cookie, so that the server renders the right theme: no script in the head, no flash. */
export function ThemeSwitch({ words = ENGLISH }: { words?: Record<Theme | 'change', string> }) {
  const [theme, setTheme] = useState<Theme>('system')
  useEffect(() => {
    const now = document.documentElement.dataset.theme
    if (now === 'light' || now === 'dark') setTheme(now)
  }, [])
  const choose = (next: Theme) => {
    setTheme(next)
    if (next === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = next
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
    document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`
  }
  return (
    <button
      type="button"
      onClick={() => choose(NEXT[theme])}
      title={words[theme]}
      className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-2 hover:bg-muted hover:text-ink"
    >
      <span className="sr-only">
        {words[theme]}. {words.change}
      </span>
      <Icon name={ICONS[theme]} />
    </button>
  )
}
