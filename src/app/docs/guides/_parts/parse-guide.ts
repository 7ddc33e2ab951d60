/** A piece of text within a line. */
export type GuideInline =
  | { kind: 'text' | 'code' | 'strong'; text: string }
  | { kind: 'link'; text: string; href: string }

/** A block of a guide, in the order of the file. */
export type GuideBlock =
  | { kind: 'heading'; text: string; id: string }
  | { kind: 'paragraph'; inlines: GuideInline[] }
  | { kind: 'list'; ordered: boolean; items: GuideInline[][] }
  /** `name`: the file that it is, if it is one. */
  | { kind: 'code'; language: string; name: string | null; text: string }

export interface ParsedGuide {
  title: string
  blocks: GuideBlock[]
}

/** The first line of fenced code: its language and, if it is a file, its name. */
const FENCE = /^```(\w+)(?: (\S+))?$/
const ITEM = /^(-|\d+\.) (.*)$/
/** Constructs of Markdown that the page would show as plain text. */
const UNKNOWN = /^(#{3,} |>|\||!\[|<|\s{2,}-)/

/**
 * Reads a guide of `docs/guides`: one heading of level 1, headings of level 2, paragraphs, flat lists, and fenced code.
 * @throws Error with the line that it does not understand, so that no guide is shown wrong
 */
export function parseGuide(markdown: string): ParsedGuide {
  const lines = markdown.split('\n')
  const blocks: GuideBlock[] = []
  for (let at = 1; at < lines.length; ) {
    const line = lines[at] ?? ''
    if (line.trim() === '') at += 1
    else if (FENCE.test(line)) at = readCode(lines, at, blocks)
    else if (line.startsWith('## ')) {
      const text = line.slice(3)
      blocks.push({ kind: 'heading', text, id: idOf(text) })
      at += 1
    } else at = readText(lines, at, blocks)
  }
  return { title: titleOf(markdown), blocks }
}

/** The title of a guide: its first line. */
export function titleOf(markdown: string): string {
  const [first = ''] = markdown.split('\n', 1)
  if (!first.startsWith('# ')) throw new Error('A guide begins with its title: # …')
  return first.slice(2)
}

/** The anchor that GitHub makes of a heading. */
export function idOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-')
}

function readCode(lines: readonly string[], at: number, blocks: GuideBlock[]): number {
  const [, language = '', name = null] = FENCE.exec(lines[at] ?? '') ?? []
  const end = lines.indexOf('```', at + 1)
  if (end < 0) throw new Error(`The code that begins in line ${at + 1} has no end.`)
  blocks.push({ kind: 'code', language, name, text: lines.slice(at + 1, end).join('\n') })
  return end + 1
}

/** A paragraph or a list, up to the next empty line. */
function readText(lines: readonly string[], at: number, blocks: GuideBlock[]): number {
  let end = at
  while ((lines[end] ?? '').trim() !== '' && !(lines[end] ?? '').startsWith('```')) end += 1
  const texts = lines.slice(at, end)
  const strange = texts.findIndex((line) => UNKNOWN.test(line))
  if (strange >= 0) throw new Error(`Line ${at + strange + 1} is no Markdown of a guide: ${texts[strange]}`)
  const [first = ''] = texts
  const list = ITEM.exec(first)
  if (list) blocks.push({ kind: 'list', ordered: list[1] !== '-', items: itemsOf(texts).map(inlinesOf) })
  else blocks.push({ kind: 'paragraph', inlines: inlinesOf(texts.join(' ')) })
  return end
}

/** Each item with its further lines, which are indented. */
function itemsOf(lines: readonly string[]): string[] {
  const items: string[] = []
  for (const line of lines) {
    const item = ITEM.exec(line)
    if (item) items.push(item[2] ?? '')
    else items.push(`${items.pop() ?? ''} ${line.trim()}`)
  }
  return items
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g

/** The pieces of a line. Code stays as it is: `**` in it is no emphasis. */
function inlinesOf(text: string): GuideInline[] {
  const inlines: GuideInline[] = []
  let at = 0
  for (const found of text.matchAll(INLINE)) {
    if (found.index > at) inlines.push({ kind: 'text', text: text.slice(at, found.index) })
    inlines.push(inlineOf(found))
    at = found.index + found[0].length
  }
  if (at < text.length) inlines.push({ kind: 'text', text: text.slice(at) })
  return inlines
}

function inlineOf([, code, strong, text, href]: RegExpExecArray): GuideInline {
  if (code !== undefined) return { kind: 'code', text: code }
  if (strong !== undefined) return { kind: 'strong', text: strong }
  return { kind: 'link', text: text ?? '', href: href ?? '' }
}
