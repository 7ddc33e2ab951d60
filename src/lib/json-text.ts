/** Strings of JSON, and what stands between values. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g

/**
 * JSON with line breaks and two spaces for each level. Numbers, strings and the order of members stay as they are, character for character,
 * which parsing and writing again would not promise. Of a text that is no JSON, or was cut, whatever comes out has the same characters.
 */
export function indentJson(text: string): string {
  let depth = 0
  let out = ''
  const line = () => `\n${'  '.repeat(Math.max(0, depth))}`
  const tokens = text.match(TOKENS) ?? []
  tokens.forEach((token, at) => {
    const before = tokens[at - 1]
    const next = tokens[at + 1]
    if (token === '{' || token === '[') {
      depth += 1
      out += token + (next === '}' || next === ']' ? '' : line())
    } else if (token === '}' || token === ']') {
      depth -= 1
      out += (before === '{' || before === '[' ? '' : line()) + token
    } else if (token === ',') out += `,${line()}`
    else out += token === ':' ? ': ' : token
  })
  return out
}
