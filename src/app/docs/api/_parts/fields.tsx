import type { ReactNode } from 'react'
import { LINK } from '@/ui/nav'
import type { Parameter, Schema } from './document'
import { referred } from './examples'
import { Inline } from './prose'

/** The members of an object, each with its type, whether it must be there, and what it means. */
export function Fields({ schema }: { schema: Schema }) {
  const required = new Set(schema.required)
  return (
    <dl className="divide-y divide-line border-line border-y">
      {Object.entries(schema.properties ?? {}).map(([name, of]) => (
        <Field key={name} name={name} schema={of} required={required.has(name)} />
      ))}
    </dl>
  )
}

/** The parts of a request beside its body. */
export function Parameters({ parameters }: { parameters: Parameter[] }) {
  return (
    <dl className="divide-y divide-line border-line border-y">
      {parameters.map(({ name, in: place, required = false, description, schema }) => (
        <Field
          key={`${place} ${name}`}
          name={name}
          place={place}
          required={required}
          schema={{ ...schema, ...(description === undefined ? {} : { description }) }}
        />
      ))}
    </dl>
  )
}

function Field({
  name,
  schema,
  required,
  place,
}: {
  name: string
  schema: Schema
  required: boolean
  place?: string
}) {
  const inner = schema.properties ? schema : schema.items?.properties ? schema.items : null
  return (
    <div className="py-2.5">
      <dt className="flex flex-wrap items-baseline gap-x-2.5 text-xs">
        <code className="font-medium font-mono text-ink text-ui [overflow-wrap:anywhere]">{name}</code>
        <span className="max-w-[75ch] text-ink-3 [overflow-wrap:anywhere]">
          {place && `${place}, `}
          <Type schema={schema} />
        </span>
        {required && <span className="font-medium text-ink-2">required</span>}
      </dt>
      <dd className="mt-0.5 max-w-[75ch] text-ink-2 text-ui">
        {schema.description && <Inline text={schema.description} />}
        {schema.default !== undefined && (
          <p className="text-ink-3 text-xs">Default: {String(schema.default)}</p>
        )}
        {inner && (
          <div className="mt-2 ps-3 sm:ps-5">
            <Fields schema={inner} />
          </div>
        )}
      </dd>
    </div>
  )
}

/** `integer from 1 to 100`, `open or paid`, `array of Payment`. */
export function Type({ schema }: { schema: Schema }): ReactNode {
  const name = referred(schema)
  if (name !== null)
    return (
      <a className={LINK} href={`#${name}`}>
        {name}
      </a>
    )
  if (schema.items)
    return (
      <>
        array of <Type schema={schema.items} />
      </>
    )
  const some = schema.anyOf ?? schema.oneOf
  if (some)
    return some.map((one, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the branches of a schema never move
      <span key={index}>
        {index > 0 && ' or '}
        <Type schema={one} />
      </span>
    ))
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map(String).join(' · ')
  return [[schema.type ?? 'any'].flat().join(' or '), schema.format && `(${schema.format})`, boundsOf(schema)]
    .filter(Boolean)
    .join(' ')
}

function boundsOf({ minimum, exclusiveMinimum, maximum, minLength, maxLength }: Schema): string {
  const least = minimum ?? (exclusiveMinimum === undefined ? undefined : exclusiveMinimum + 1)
  // What JavaScript's integers are bounded by says nothing of ours.
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (maxLength !== undefined)
    return `of ${minLength ? `${minLength} to ` : 'at most '}${maxLength} characters`
  if (least !== undefined && least > Number.MIN_SAFE_INTEGER && most !== undefined)
    return `from ${least} to ${most}`
  if (most !== undefined) return `up to ${most}`
  return least !== undefined && least > Number.MIN_SAFE_INTEGER ? `from ${least}` : ''
}
