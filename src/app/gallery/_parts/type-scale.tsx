import { Section, Show } from './show'

/** Each type size and its use. */
const SIZES = [
  ['text-3xl', 'text-3xl tracking-tight font-semibold', 'Paid €24.00', 'the one thing that a page is about'],
  ['text-2xl', 'text-2xl tracking-tight font-semibold', '€1,204.50', 'a number that matters'],
  ['text-xl', 'text-xl font-semibold', 'Sign in to the dashboard', 'a page’s name'],
  ['text-lg', 'text-lg font-semibold', 'Test cards', 'a section'],
  ['text-base', 'text-base', 'You are charged once.', 'what is typed on a phone, and what is read at length'],
  ['text-sm', 'text-sm', 'Nothing was charged. Try another card.', 'text'],
  ['text-ui', 'text-ui', 'Requests received', 'tables, notes and labels'],
  ['text-xs', 'text-xs', 'Last entry', 'column names and badges'],
  ['text-2xs', 'text-2xs', 'Overview', 'under icons and in charts, nowhere else'],
] as const

export function TypeScale() {
  return (
    <Section
      id="type"
      note="Geist, and Geist Mono for what machines say. Three weights: regular to read, medium for names, semibold for headings and sums."
    >
      <Show name="the scale" flush>
        <dl className="divide-y divide-line">
          {SIZES.map(([name, className, sample, use]) => (
            <div
              key={name}
              className="grid grid-cols-1 items-baseline gap-x-4 gap-y-1 px-4 py-3 sm:grid-cols-[minmax(0,1fr)_16rem] sm:px-5"
            >
              <dd className={className}>{sample}</dd>
              <dt className="text-ink-3 text-xs">
                <span className="font-mono text-ink-2">{name}</span> {use}
              </dt>
            </div>
          ))}
        </dl>
      </Show>
      <Show name="inks, weights, mono, figures">
        <p className="text-ink">ink: what is said</p>
        <p className="text-ink-2">ink-2: what explains it</p>
        <p className="text-ink-3">ink-3: names, hints, what is absent</p>
        <p className="mt-3">
          <span className="font-normal">regular</span> <span className="font-medium">medium</span>{' '}
          <span className="font-semibold">semibold</span>
        </p>
        <p className="mt-3 break-all font-mono text-ui">pay_01a213ba0138773fbd4af9fa78482b25</p>
        <p className="figures mt-3 text-ui">
          1,111.11
          <br />
          8,080.80
        </p>
      </Show>
    </Section>
  )
}
