'use client'
import { usePathname } from 'next/navigation'
import { TabLinks } from './tab-links'

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
  const tabs = SETTINGS_PAGES.map(({ href, word }) => ({ href, word, here: path === href }))
  return <TabLinks label="Settings" tabs={tabs} className="mb-5" />
}
