/** Width of one character of the diagram's text in ems: the mean of Geist, rounded up. Wide scripts and emoji take a whole em. */
const CHARACTER_EM = 0.56
const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\u{1F000}-\u{1FAFF}]/u

/**
 * Characters that no line of ours shows: controls, which XML forbids, halves of surrogate pairs, and those that reverse the text after them.
 * Replaced, so that a reader sees that something was there.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSHOWN = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069\uFFFE\uFFFF\p{Cs}]/gu

/** A text of others as one line that can be drawn and put into a file. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(UNSHOWN, '\uFFFD')
}

/** @returns its width in ems, as wide as a font may make it */
export function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (WIDE.test(character) ? 1 : CHARACTER_EM), 0)
}

/**
 * Breaks a text into lines, between words, and within a word that fills a line by itself. What does not fit ends with `…`.
 * @param width of a line in ems
 * @param linesMax most lines
 */
export function wrapText(text: string, width: number, linesMax: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of pieces(oneLine(text).trim(), width)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (widthOf(longer) <= width) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    line = word
  }
  if (line !== '') lines.push(line)
  if (lines.length <= linesMax) return lines
  return [...lines.slice(0, linesMax - 1), ellipsis(lines[linesMax - 1] ?? '', width)]
}

/** Words, and pieces of those that are wider than a line. */
function pieces(text: string, width: number): string[] {
  return text.split(/ +/).flatMap((word) => {
    const parts: string[] = []
    let part = ''
    for (const character of word) {
      if (part !== '' && widthOf(part + character) > width) {
        parts.push(part)
        part = ''
      }
      part += character
    }
    return [...parts, part]
  })
}

function ellipsis(line: string, width: number): string {
  const characters = [...line]
  while (characters.length > 0 && widthOf(`${characters.join('')}…`) > width) characters.pop()
  return `${characters.join('')}…`
}
