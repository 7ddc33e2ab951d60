import { ICON_NAMES, Icon, Spinner } from '@/ui/icon'
import { Logo } from '@/ui/nav'
import { Section, Show } from './show'

export function Icons() {
  return (
    <Section
      id="icons"
      note="Few, on a grid of 16, with a stroke of 1.5. None stands alone: a word is beside it, or is read out in its place."
    >
      <Show name="<Icon>">
        <ul className="grid grid-cols-3 gap-x-3 gap-y-5 sm:grid-cols-6">
          {ICON_NAMES.map((name) => (
            <li key={name} className="flex flex-col items-center gap-2 text-2xs text-ink-3">
              <Icon name={name} size={20} className="text-ink" />
              {name}
            </li>
          ))}
        </ul>
      </Show>
      <div className="grid gap-6 sm:grid-cols-2">
        <Show name="<Logo>">
          <Logo />
        </Show>
        <Show name="<Spinner>" className="flex items-center gap-4 text-ink-2">
          <Spinner size={14} />
          <Spinner />
          <Spinner size={22} />
          <span className="text-ui">Checking with the bank…</span>
        </Show>
      </div>
    </Section>
  )
}
