import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes } from 'react'
import { cx } from './cx'
import { Icon } from './icon'

const CONTROL =
  'w-full min-w-0 rounded-md border border-edge bg-surface px-3 text-ink transition-[border-color,box-shadow] placeholder:text-ink-3 hover:border-ink-3 focus-visible:border-link focus-visible:outline-2 focus-visible:outline-link focus-visible:outline-offset-0 aria-invalid:border-bad aria-invalid:bg-bad-soft/40 [&[readonly]]:bg-muted [&[readonly]]:text-ink-2'

/** `touch`: 48 px high and 16 px type (a phone does not zoom in); `dense` for the operator's screens. */
export type FieldSize = 'touch' | 'dense'
const SIZES: Record<FieldSize, string> = { touch: 'h-12 text-base', dense: 'h-9 text-sm' }

interface FieldFrame {
  id: string
  label: ReactNode
  hint?: ReactNode
  /** The problem and its remedy, in the same words as in the summary. */
  error?: string | undefined
  optional?: boolean
  /** The frame's own texts, for a page in another language. */
  words?: { optional: string; error: string }
}

const ENGLISH = { optional: '(optional)', error: 'Error:' }

/** The ARIA attributes that connect a control with its hint and error. */
function described({ id, hint, error }: Pick<FieldFrame, 'id' | 'hint' | 'error'>) {
  const by = cx(hint ? `${id}-hint` : null, error ? `${id}-error` : null)
  return { ...(error ? { 'aria-invalid': true as const } : {}), ...(by ? { 'aria-describedby': by } : {}) }
}

export function Field({
  id,
  label,
  hint,
  error,
  optional = false,
  words = ENGLISH,
  children,
}: FieldFrame & { children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col">
      <label htmlFor={id} className="mb-1.5 font-medium text-sm">
        {label}
        {optional && <span className="font-normal text-ink-3"> {words.optional}</span>}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-ink-3 text-ui">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="mt-1.5 flex gap-1.5 text-bad text-ui">
          <Icon name="warn" size={14} className="mt-[3px] shrink-0" />
          <span>
            <span className="sr-only">{words.error} </span>
            {error}
          </span>
        </p>
      )}
    </div>
  )
}

export type TextFieldProps = FieldFrame & { size?: FieldSize; trailing?: ReactNode } & Omit<
    InputHTMLAttributes<HTMLInputElement>,
    'id' | 'size'
  > & {
    ref?: React.Ref<HTMLInputElement>
  }

export function TextField({
  id,
  label,
  hint,
  error,
  optional = false,
  words = ENGLISH,
  size = 'touch',
  trailing,
  className,
  ...input
}: TextFieldProps) {
  return (
    <Field id={id} label={label} hint={hint} error={error} optional={optional} words={words}>
      <span className="relative flex">
        <input
          id={id}
          className={cx(CONTROL, SIZES[size], trailing ? roomFor(input.dir) : null, className)}
          {...described({ id, hint, error })}
          {...input}
        />
        {trailing && (
          <span className="pointer-events-none absolute inset-y-0 end-3 flex items-center text-ink-3 text-xs">
            {trailing}
          </span>
        )}
      </span>
    </Field>
  )
}

/** Padding for the trailing text, which is at the page's end. In a right-to-left page, a left-to-right input has its own end on the other side. */
function roomFor(dir: string | undefined): string {
  return dir === 'ltr' ? 'pe-16 rtl:ps-16 rtl:pe-3' : 'pe-16'
}

export type SelectFieldProps = FieldFrame & { size?: FieldSize } & Omit<
    SelectHTMLAttributes<HTMLSelectElement>,
    'id' | 'size'
  >

export function SelectField({
  id,
  label,
  hint,
  error,
  optional = false,
  words = ENGLISH,
  size = 'touch',
  className,
  children,
  ...select
}: SelectFieldProps) {
  return (
    <Field id={id} label={label} hint={hint} error={error} optional={optional} words={words}>
      <Select id={id} size={size} className={className} {...described({ id, hint, error })} {...select}>
        {children}
      </Select>
    </Field>
  )
}

/** A select without a label, for filters: give it an `aria-label`. */
export function Select({
  size = 'dense',
  className,
  children,
  ...select
}: { size?: FieldSize; className?: string | undefined; ref?: React.Ref<HTMLSelectElement> } & Omit<
  SelectHTMLAttributes<HTMLSelectElement>,
  'size' | 'className'
>) {
  return (
    <span className="relative flex">
      <select className={cx(CONTROL, SIZES[size], 'appearance-none pe-9', className)} {...select}>
        {children}
      </select>
      <Icon
        name="chevronDown"
        className="pointer-events-none absolute end-3 top-1/2 -translate-y-1/2 text-ink-3"
      />
    </span>
  )
}

/** An input without a label, for filters and search: give it an `aria-label`. */
export function Input({
  size = 'dense',
  className,
  ...input
}: { size?: FieldSize } & Omit<InputHTMLAttributes<HTMLInputElement>, 'size'>) {
  return <input className={cx(CONTROL, SIZES[size], className)} {...input} />
}
