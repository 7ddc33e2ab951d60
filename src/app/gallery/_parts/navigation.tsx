import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Contents } from '@/ui/contents'
import { LINK, Logo, navLinkClass, SkipLink, TopBar } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { ThemeSwitch } from '@/ui/theme-switch'
import { ZoneSwitch } from '@/ui/timestamp'
import { Section, Show } from './show'

export function Navigation() {
  return (
    <Section
      id="navigation"
      note="Where one is, where one can go. A link in a text is underlined; one in a list of links need not be."
    >
      <Show name="<TopBar>, navLinkClass()" flush>
        <TopBar
          home={<Logo />}
          links={
            <nav aria-label="An example" className="flex flex-wrap gap-1">
              <a href="#navigation" aria-current="page" className={navLinkClass()}>
                This place
              </a>
              <a href="#palette" className={navLinkClass()}>
                Another
              </a>
            </nav>
          }
          end={<ThemeSwitch />}
        />
      </Show>
      <Show name="<PageHeader>" className="bg-canvas!">
        <PageHeader
          level={3}
          back={
            <a href="#navigation" className={LINK}>
              Payments
            </a>
          }
          title="€24.00"
          note="Pay was pressed three times: one request did the work."
          actions={
            <>
              <Badge tone="ok">Paid</Badge>
              <Button>Refund</Button>
            </>
          }
        />
      </Show>
      <div className="grid gap-6 sm:grid-cols-2">
        <Show name="LINK">
          <p>
            A link in{' '}
            <a href="#navigation" className={LINK}>
              running text
            </a>
            , long enough to be broken over two lines somewhere.
          </p>
        </Show>
        <Show name="<ThemeSwitch>, <ZoneSwitch>" className="flex items-center gap-2">
          <ThemeSwitch />
          <ZoneSwitch />
        </Show>
        <Show name="<SkipLink>: press Tab at the top of a page">
          <SkipLink />
          <p className="text-ink-3 text-ui">Hidden until it has focus.</p>
        </Show>
        <Show name="<Contents>">
          <Contents
            className="static!"
            label="An example of contents"
            places={[
              { id: 'navigation', title: 'Here' },
              { id: 'palette', title: 'The palette' },
            ]}
          />
        </Show>
      </div>
    </Section>
  )
}
