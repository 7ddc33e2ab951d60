/*
 * JSON pointers (RFC 6901): `/items/0/name` names one value in a JSON document, the empty string the whole of
 * it. In a name `~` is written `~0` and `/` is written `~1`.
 */

/**
 * The pointer to the value at a path of member names and array indices.
 * @example toPointer(['a/b', 0]) // '/a~1b/0'
 */
export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/**
 * The names in a pointer, unescaped; the inverse of `toPointer`.
 * @example parsePointer('/a~1b/0') // ['a/b', '0']
 */
export function parsePointer(pointer: string): string[] {
  // `~1` first: `~01` means "~1", not "/".
  return pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}
