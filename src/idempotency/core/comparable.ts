import canonicalize from 'canonicalize'
import { toPointer } from './json-pointer'
import type { Transformer } from './transformer'

/**
 * An input as JSON alone, in which different inputs differ: a value that JSON does not hold (`Date`, `bigint`, `Map`, `NaN`) becomes a text of
 * the transformer's output for it. Each such value by itself: whether two members are one object must not count, since a retry after a reload
 * has made them anew. An absent member and one that is `undefined` are the same, as in JSON.
 * @throws TypeError for a value whose contents the transformer does not show either
 */
export function comparableForm(value: unknown, transformer: Transformer, path: string[] = []): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? `${MARK}s${value}` : value
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return value
  if (Array.isArray(value))
    return Array.from(value, (item, index) => comparableForm(item, transformer, [...path, String(index)]))
  if (typeof value === 'object' && isPlain(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => [name, comparableForm(member, transformer, [...path, name])]),
    )
  if (typeof value === 'function') throw hidden('function', path)
  const shown = transformer.serialize(value)
  refuseHidden(shown, path)
  return `${MARK}t${canonicalize(shown)}`
}

/** Begins the text of a value that JSON does not hold. A text of the input that begins with it gets a mark of its own. */
const MARK = '\0'

/**
 * Refuses values without contents in JSON: a function and a symbol are left out, a `Map`, a `Set` and a `RegExp` are `{}`. What has `toJSON` says
 * itself.
 * @throws TypeError
 */
export function refuseHidden(value: unknown, path: string[]): void {
  if (value === null || value === undefined) return
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol')
    throw hidden(typeof value, path)
  if (typeof value !== 'object' || 'toJSON' in value) return
  const members = Object.entries(value)
  if (members.length === 0 && !isPlain(value)) throw hidden(value.constructor?.name ?? 'object', path)
  for (const [name, member] of members) refuseHidden(member, [...path, name])
}

/** An array, or an object of `{}`, of `JSON.parse` or of `Object.create(null)`, also of another realm. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null
}

function hidden(kind: string, path: string[]): TypeError {
  const where = path.length === 0 ? 'The input' : `The input at ${toPointer(path)}`
  return new TypeError(
    `${where} is a ${kind}, whose contents JSON does not show, so two different inputs would be taken for one. Pass it as a string, an array or an object, or give the operation a \`transformer\` that knows it.`,
  )
}
