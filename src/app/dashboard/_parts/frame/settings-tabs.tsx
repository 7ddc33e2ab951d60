'use client'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { cx } from '@/ui/cx'

/** The pages of the settings, in the order of the tabs. The navigation marks *Settings* on each of them. */
export const SETTINGS_PAGES = [
  { href: '/dashboard/settings', word: 'Branding and time' },
  { href: '/dashboard/operators', word: 'Team' },
  { href: '/dashboard/settings/roles', word: 'Roles' },
  { href: '/dashboard/settings/notifications', word: 'Notifications' },
  { href: '/dashboard/account', word: 'Your account' },
]

/** The way from one page of the settings to the others. */
export function SettingsTabs() {
  const path = usePathname()
  return (
    <nav aria-label="Settings" className="mb-5 overflow-x-auto border-line border-b">
      <ul className="flex min-w-max gap-1">
        {SETTINGS_PAGES.map(({ href, word }) => (
          <li key={href}>
            <Link
              href={href}
              {...(path === href ? { 'aria-current': 'page' as const } : {})}
              // On a phone the tabs scroll: a tab at the rim may be in view by a few pixels only, for which browsers do not scroll.
              onFocus={(event) => event.currentTarget.scrollIntoView({ block: 'nearest', inline: 'center' })}
              className={cx(
                '-outline-offset-2 inline-flex h-10 items-center border-b-2 px-2.5 font-medium text-ui no-underline',
                path === href ? 'border-accent text-ink' : 'border-transparent text-ink-2 hover:text-ink',
              )}
            >
              {word}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
