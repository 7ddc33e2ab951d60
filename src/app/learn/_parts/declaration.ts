/**
 * A function, type or method in the text of a source file, with the comment above it.
 * @throws when the file declares no such name: what the page shows has moved
 */
export function declarationIn(source: string, name: string): string {
  const lines = source.split('\n')
  const begins = new RegExp(
    `^ *(?:(?:export|private|async|function|class|interface) )*${name}[(<]|^(?:export )?interface ${name} `,
  )
  const at = lines.findIndex((line) => begins.test(line) && /[{(]$/.test(line))
  const indent = /^ */.exec(lines[at] ?? '')?.[0] ?? ''
  const length = lines.slice(at).indexOf(`${indent}}`)
  if (at < 0 || length < 0) throw new Error(`There is no ${name} to show.`)
  const shown = lines.slice(commentAbove(lines, at), at + length + 1)
  return shown.map((line) => line.slice(indent.length)).join('\n')
}

function commentAbove(lines: string[], at: number): number {
  if (!/\*\/$/.test(lines[at - 1] ?? '')) return at
  const start = lines.slice(0, at).findLastIndex((line) => /^ *\/\*\*/.test(line))
  return start < 0 ? at : start
}
