import Link from 'next/link'
import { Logo, navLinkClass, SkipLink, TopBar } from '@/ui/nav'
import { ThemeSwitch } from '@/ui/theme-switch'

/** The bar over the shop and the documents. */
export function SiteBar() {
  return (
    <>
      <SkipLink />
      <TopBar
        home={
          <Link href="/" aria-label="Payonce, the shop" className="flex">
            <Logo />
          </Link>
        }
        end={
          <nav aria-label="Main" className="flex items-center sm:gap-1">
            <Link prefetch={false} className={navLinkClass('max-sm:px-2')} href="/docs">
              Docs
            </Link>
            <Link prefetch={false} className={navLinkClass('max-sm:px-2')} href="/dashboard">
              Dashboard
            </Link>
            <ThemeSwitch />
          </nav>
        }
      />
    </>
  )
}
