import { cx } from '@/ui/cx'
import { Icon } from '@/ui/icon'
import { DUTIES, leastContrast, readPalette, THEMES, type Theme, type Token } from './palette'
import { Section, Show } from './show'

/** Both themes side by side, whichever the reader has chosen, with the computed contrasts. */
export function PaletteTable() {
  const palette = readPalette()
  return (
    <Section
      id="palette"
      note="One accent, and six tones for meaning, each with an ink and a soft ground. The number is the lowest contrast over all grounds that the colour is laid upon."
    >
      <link rel="stylesheet" href="/gallery/palette.css" precedence="default" />
      <Show name="globals.css, @theme" flush>
        <div className="grid grid-cols-1 sm:grid-cols-2">
          {THEMES.map((theme) => (
            <ul
              key={theme}
              aria-label={`In ${theme}`}
              className={cx(`palette-${theme}`, 'bg-canvas p-4 text-ink')}
            >
              {[...palette].map(([name, token]) => (
                <Swatch
                  key={name}
                  name={name}
                  token={token}
                  theme={theme}
                  contrast={DUTIES[name] ? leastContrast(palette, name, theme) : null}
                />
              ))}
            </ul>
          ))}
        </div>
      </Show>
    </Section>
  )
}

function Swatch({
  name,
  token,
  theme,
  contrast,
}: {
  name: string
  token: Token
  theme: Theme
  contrast: number | null
}) {
  const least = DUTIES[name]?.least ?? 0
  return (
    <li className="flex items-center gap-3 py-0.5">
      <svg
        aria-hidden="true"
        className="h-9 w-28 shrink-0 rounded-sm border border-line forced-color-adjust-none sm:w-36"
      >
        <rect width="100%" height="100%" fill={`var(--color-${name})`} />
      </svg>
      <span className="min-w-0 flex-1">
        <span className="block font-medium text-ui leading-4">{name}</span>
        <span className="figures block text-2xs text-ink-3 leading-4">{token[theme].slice(6, -1)}</span>
      </span>
      {contrast !== null && (
        <span
          className={cx(
            'figures inline-flex items-center gap-1 text-ui',
            contrast < least && 'font-medium text-bad',
          )}
        >
          <span className="sr-only">contrast </span>
          {contrast.toFixed(1)}
          <Icon
            name={contrast < least ? 'close' : 'check'}
            size={12}
            className={contrast < least ? 'text-bad' : 'text-ok'}
          />
          <span className="sr-only">
            {contrast < least ? `too little: ${least} is asked` : `${least} is asked`}
          </span>
        </span>
      )}
    </li>
  )
}
