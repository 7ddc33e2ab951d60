import type { ButtonHTMLAttributes } from 'react'
import { cx } from './cx'
import { Spinner } from './icon'

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger'
export type ButtonSize = 'sm' | 'md' | 'lg'

const BASE =
  'relative inline-flex select-none items-center justify-center gap-2 whitespace-nowrap rounded-md font-medium no-underline transition-colors aria-disabled:cursor-default aria-disabled:shadow-none aria-disabled:saturate-[0.45] forced-colors:border'

const VARIANTS: Record<ButtonVariant, string> = {
  primary: 'bg-accent text-on-accent shadow-button hover:bg-accent-hover aria-disabled:hover:bg-accent',
  secondary:
    'bg-surface text-ink shadow-card ring-1 ring-inset ring-line hover:bg-muted aria-disabled:text-ink-3 aria-disabled:hover:bg-surface',
  ghost: 'text-ink-2 hover:bg-muted hover:text-ink aria-disabled:text-ink-3',
  danger: 'bg-bad-fill text-on-accent shadow-button hover:brightness-95 aria-disabled:hover:brightness-100',
}

const SIZES: Record<ButtonSize, string> = {
  sm: 'h-7 px-2.5 text-ui',
  md: 'h-9 px-3.5 text-sm',
  lg: 'h-12 px-5 text-base',
}

/** The classes of a button, for a link: `<Link className={buttonClass('secondary')} …>`. */
export function buttonClass(
  variant: ButtonVariant = 'secondary',
  size: ButtonSize = 'md',
  className?: string,
): string {
  return cx(BASE, VARIANTS[variant], SIZES[size], className)
}

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> {
  variant?: ButtonVariant
  size?: ButtonSize
  /** Work is running: shows a spinner and keeps focus. The caller must ignore presses. */
  busy?: boolean
}

/** A button without `disabled`, since a disabled button loses focus. Use `aria-disabled` and ignore the press. */
export function Button({
  variant = 'secondary',
  size = 'md',
  busy = false,
  type = 'button',
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      className={buttonClass(variant, size, className)}
      {...(busy ? { 'aria-disabled': true } : {})}
      {...rest}
    >
      {busy && <Spinner />}
      {children}
    </button>
  )
}
