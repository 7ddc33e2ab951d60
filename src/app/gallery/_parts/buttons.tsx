import Link from 'next/link'
import { Button, type ButtonSize, type ButtonVariant, buttonClass } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { Row, Section, Show, State } from './show'

const VARIANTS: Record<ButtonVariant, string> = {
  primary: 'Pay €24.00',
  secondary: 'Print',
  ghost: 'Not now',
  danger: 'Refund',
}
const SIZES: ButtonSize[] = ['sm', 'md', 'lg']

export function Buttons() {
  return (
    <Section
      id="buttons"
      note="One primary button on a screen. A button that works keeps its width, its place and its focus: it is never disabled, it says that it is busy and ignores the press."
    >
      {(Object.keys(VARIANTS) as ButtonVariant[]).map((variant) => (
        <Variant key={variant} variant={variant} />
      ))}
      <Show name='<Link className={buttonClass("secondary")}>'>
        <Row>
          {SIZES.map((size) => (
            <Link key={size} href="/" prefetch={false} className={buttonClass('secondary', size)}>
              To the shop <Icon name="arrowRight" />
            </Link>
          ))}
        </Row>
      </Show>
    </Section>
  )
}

function Variant({ variant }: { variant: ButtonVariant }) {
  const label = VARIANTS[variant]
  return (
    <Show name={`<Button variant="${variant}">`}>
      <Row className="gap-x-4">
        {SIZES.map((size) => (
          <State key={size} name={size}>
            <Button variant={variant} size={size}>
              {label}
            </Button>
          </State>
        ))}
        <State name="with an icon">
          <Button variant={variant}>
            <Icon name="lock" />
            {label}
          </Button>
        </State>
        <State name="busy">
          <Button variant={variant} busy>
            {label}
          </Button>
        </State>
        <State name="aria-disabled">
          <Button variant={variant} aria-disabled="true">
            {label}
          </Button>
        </State>
      </Row>
    </Show>
  )
}
