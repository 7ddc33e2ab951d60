/** Lines of the header Idempotency-Key that must be refused, each with a reason; `key` is fresh, so that no row meets an older one. */
export type RowKind = 'no string' | 'too long' | 'not ours'

export interface Row {
  name: string
  kind: RowKind
  lines(key: string): string[]
}

export const MALFORMED: readonly Row[] = [
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
