'use client'
import { useEffect, useRef } from 'react'
import { ACCENT_FORM, accentProperties } from '@/lib/accent'
import { buttonClass } from '@/ui/button'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { cx } from '@/ui/cx'
import { Icon } from '@/ui/icon'
import { Verbatim } from '@/ui/verbatim'
import { PREVIEW_THEMES } from './preview-theme'

interface Brand {
  name: string
  /** An address of ours or a `data:` one. */
  logo: string | null
  accent: string
  statementWords: string
}

/** The checkout and the receipt as shoppers would see them, in both themes. */
export function BrandPreview(brand: Brand) {
  return (
    <Card className="min-w-0 xl:sticky xl:top-16">
      <CardHeader title="Preview" note="Your checkout and your receipt, before they are saved." />
      <CardBody className="grid gap-4 sm:grid-cols-2">
        <ThemePreview brand={brand} theme="light" />
        <ThemePreview brand={brand} theme="dark" />
      </CardBody>
    </Card>
  )
}

function ThemePreview({ brand, theme }: { brand: Brand; theme: 'light' | 'dark' }) {
  const ref = useColours(brand.accent, theme)
  const isDark = theme === 'dark'
  return (
    <figure ref={ref} className="min-w-0 rounded-md border border-line bg-canvas p-4 text-ink">
      <figcaption className="sr-only">In the {theme}</figcaption>
      <p className="flex items-center justify-between gap-2 font-semibold tracking-tight">
        <span className="min-w-0 break-words">
          {brand.logo ? (
            // biome-ignore lint/performance/noImgElement: `_next/image` is 404 here
            <img
              src={brand.logo}
              alt={brand.name}
              className={cx('h-8 w-auto max-w-full rounded-sm object-contain', isDark && 'bg-white p-1')}
            />
          ) : (
            <Verbatim>{brand.name}</Verbatim>
          )}
        </span>
        <Icon name="lock" size={14} className="shrink-0 text-ink-3" />
      </p>
      <div className="mt-4 rounded-md border border-line bg-surface p-4 shadow-card">
        <p className="flex justify-between gap-2 text-ui">
          <span>Total</span>
          <b className="figures">€24.00</b>
        </p>
        {/* Drawn as the button, and none: it would pay nothing. */}
        <span className={buttonClass('primary', 'md', 'mt-3 w-full')}>Pay €24.00</span>
      </div>
      <div className="mt-4 rounded-md border border-line bg-surface p-4 text-ui shadow-card">
        <p className="font-semibold">Paid €24.00</p>
        <p className="break-words text-ink-2">
          to <Verbatim>{brand.name}</Verbatim>
        </p>
        {brand.statementWords && (
          <p className="mt-2 break-words text-ink-2">
            <span className="text-ink-3">On your card statement:</span>{' '}
            <Verbatim>{brand.statementWords}</Verbatim>
          </p>
        )}
      </div>
    </figure>
  )
}

/** Sets the theme's colours and the accent on an element. By script: a `style` in the page is refused by its policy. */
function useColours(accent: string, theme: 'light' | 'dark') {
  const ref = useRef<HTMLElement>(null)
  useEffect(() => {
    const style = ref.current?.style
    if (!style) return
    const own = ACCENT_FORM.test(accent) ? accentProperties(accent) : {}
    for (const [name, value] of Object.entries({ ...PREVIEW_THEMES[theme], ...own }))
      style.setProperty(name, value)
  }, [accent, theme])
  return ref
}
