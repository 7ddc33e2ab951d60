/** Why a key is malformed: no string of RFC 9651, longer than 255 characters, or a form that only our own profile refuses. */
export type RowKind = 'no string' | 'too long' | 'not ours'

/** A malformed Idempotency-Key header: its raw lines, made from a fresh key so that rows do not meet each other. */
export interface MalformedKey {
  name: string
  kind: RowKind
  lines(key: string): string[]
}

export const MALFORMED: readonly MalformedKey[] = [
  { name: 'an empty string', kind: 'not ours', lines: () => ['""'] },
  { name: 'no closing quote', kind: 'no string', lines: (key) => [`"${key}`] },
  { name: 'text after the string', kind: 'no string', lines: (key) => [`"${key}" x`] },
  { name: 'a list', kind: 'no string', lines: (key) => [`"${key}", "${key}"`] },
  { name: 'two lines', kind: 'no string', lines: (key) => [`"${key}"`, `"${key}"`] },
  { name: 'an inner list', kind: 'no string', lines: (key) => [`("${key}")`] },
  {
    name: 'a byte sequence',
    kind: 'no string',
    lines: (key) => [`:${Buffer.from(key).toString('base64')}:`],
  },
  { name: 'a boolean', kind: 'no string', lines: () => ['?1'] },
  { name: 'an unknown escape', kind: 'no string', lines: (key) => [`"${key}\\n"`] },
  { name: 'a letter that is not ASCII', kind: 'no string', lines: (key) => [`"${key}é"`] },
  { name: 'a tab', kind: 'no string', lines: (key) => [`"${key}\tx"`] },
  { name: 'parameters', kind: 'not ours', lines: (key) => [`"${key}";a=1`] },
  { name: 'two words without quotes', kind: 'not ours', lines: (key) => [`${key} x`] },
  { name: '256 characters', kind: 'too long', lines: (key) => [key.padEnd(256, 'x')] },
]
