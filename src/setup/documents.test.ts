import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './process/project-root'

/** No text of the repository points at nothing: not a link, not a file name, not the id of a rule or of a failure. */

/** Where the ids are explained: each has a row of a table there, and the row's first cell is the id. */
const TABLES_OF_IDS = ['docs/failure-modes.md', 'docs/rules.md']

const THIS_FILE = 'src/setup/documents.test.ts'
/** A family's letter and a number, such as F18; with a variant, such as N7a or N7a2. */
const ID = '[BCDFGIJKLNOPRSTW][1-9]?\\d(?:[ab]\\d?)?'
/** Made by `npm run pack`. */
const BUILT = new Set(['API.md'])
const SKIPPED = new Set(['node_modules', 'dist', 'generated', 'test-results', 'playwright-report'])
const TEXT = /\.(tsx?|mjs|js|md|sql|prisma|css|json)$/
const CARRIER = /\.(test|spec|contract)\.tsx?$|^(e2e|lab)\/|\/testing\//

const files = filesBelow('.')
const texts = new Map(files.filter((file) => TEXT.test(file)).map((file) => [file, read(file)]))
const markdown = new Map([...texts].filter(([file]) => file.endsWith('.md')))
const sources = new Map(
  [...texts].filter(([file]) => /\.(tsx?|mjs|js|sql|prisma|css)$/.test(file) && file !== THIS_FILE),
)
const rows = new Map(TABLES_OF_IDS.flatMap((file) => rowsOf(texts.get(file) ?? '')))

test('each link of a page leads to a file, and to a heading of it', () => {
  expect(each(markdown, deadLinks)).toEqual([])
})

test('each file that a page names is there', () => {
  expect(each(markdown, (text) => namesInCode(text).filter((name) => !isThere(name)))).toEqual([])
})

test('each file that a source names is there', () => {
  expect(each(sources, (text) => namesInSource(text).filter((name) => !isThere(name)))).toEqual([])
})

test('each id in a comment, a test title or a page has its row', () => {
  expect(each(sources, (text, file) => idsInSource(text, file).filter((id) => !rows.has(id)))).toEqual([])
  expect(each(markdown, (text) => idsIn(text).filter((id) => !rows.has(id)))).toEqual([])
})

test('each row is carried by a test, names one, or says why it cannot happen', () => {
  const carried = new Set(
    [...sources].flatMap(([file, text]) => (CARRIER.test(file) ? idsInSource(text, file) : [])),
  )
  const bare = [...rows].filter(
    ([id, row]) => !carried.has(id) && !/Cannot happen|`[^`]+\.(test|spec|contract)\./.test(row),
  )
  expect(bare.map(([id]) => id)).toEqual([])
})

test('the rooms in docs/architecture.md import what src/architecture.test.ts allows', () => {
  const table = texts.get('docs/architecture.md')?.match(/^## The rooms[\s\S]*?(?=^[^|\n#])/m)?.[0] ?? ''
  const documented = [...table.matchAll(/^\| `([^|]*)` .*\| (.*) \|$/gm)].map((row) => [
    row[1]?.split('`')[0],
    [...(row[2] ?? '').matchAll(/`([^`]+)`/g)].map((name) => name[1]).sort(),
  ])
  const code =
    texts.get('src/architecture.test.ts')?.match(/const MAY_IMPORT[^=]*= \{([\s\S]*?)\n\}/)?.[1] ?? ''
  const allowed = [...code.matchAll(/^ {2}'?([\w./]+)'?: \[([^\]]*)\]/gm)].map((entry) => [
    entry[1],
    [...(entry[2] ?? '').matchAll(/'([^']+)'/g)].map((name) => name[1]).sort(),
  ])
  // '.' stands for files that lie directly in src; there are only tests.
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(allowed.filter(([room]) => room !== '.')))
})

test('README.md states the number of invariants', () => {
  const invariants = new Set(
    [...texts].flatMap(([file, text]) =>
      file.startsWith('prisma/migrations/')
        ? [...text.matchAll(/^COMMENT ON VIEW (integrity_\w+\.\w+)/gm)].map((found) => found[1])
        : [],
    ),
  )
  expect(texts.get('README.md')).toContain(`all ${invariants.size} invariants hold`)
})

test('what points at nothing is found', () => {
  expect(
    deadLinks('[a](b.md) [c](README.md#no-such-part) [d](README.md) [e](https://example.com)', 'README.md'),
  ).toEqual(['b.md', 'README.md#no-such-part'])
  expect(namesInCode('`core/gone.ts`, `/api/x.json`, `{a,b}/x.sql`')).toEqual([
    'core/gone.ts',
    'a/x.sql',
    'b/x.sql',
  ])
  expect(isThere('core/gone.ts')).toBe(false)
  expect(isThere('ledger/post.ts')).toBe(true)
  expect(isThere('src/gone')).toBe(false)
  expect(namesInSource("// As in core/gone.ts.\nconst file = 'docs/gone.md'")).toEqual([
    'core/gone.ts',
    'docs/gone.md',
  ])
  expect(idsInSource("/** G99: no bank. */\ntest('F98 F99 x', () => 'K98')", 'a.test.ts')).toEqual([
    'G99',
    'F98',
    'F99',
    'K98',
  ])
  expect(idsInSource("const id = 'K98'", 'a.ts')).toEqual([])
})

/** `file: what it found`, for each file of which something was found. */
function each(of: Map<string, string>, find: (text: string, file: string) => string[]): string[] {
  return [...of].flatMap(([file, text]) => [...new Set(find(text, file))].map((found) => `${file}: ${found}`))
}

function deadLinks(text: string, file: string): string[] {
  const prose = text.replace(/```[\s\S]*?```/g, '')
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((found) => found[1] ?? '')
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false
    const [name, heading] = link.split('#')
    const target = name ? path.posix.join(path.posix.dirname(file), name) : file
    if (!fs.existsSync(path.join(root, target))) return true
    return heading !== undefined && !headingsOf(texts.get(target) ?? '').includes(heading)
  })
}

/** The headings as GitHub makes anchors of them. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map((found) =>
    (found[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** File names and folders in backticks. An address (`/api/…`) and a place to fill in (`<room>`, `NNNN`) are none. */
function namesInCode(text: string): string[] {
  const words = [...text.matchAll(/`([^`\n]+)`/g)].flatMap((found) => (found[1] ?? '').split(/\s+/))
  return words
    .flatMap(alternatives)
    .filter((word) => /^[\w@.[\]()*/-]+$/.test(word) && !/^[/.@]|NNNN/.test(word))
    .filter(
      (word) =>
        /\.(tsx?|mjs|md|sql|prisma)$/.test(word) || /^(src|lab|bench|conform|e2e|docs|prisma)\/\w/.test(word),
    )
}

/** `a/{b,c}.ts` is two names. */
function alternatives(word: string): string[] {
  const [, before = '', inner = '', after = ''] = /^(.*?)\{([^}]*)\}(.*)$/.exec(word) ?? []
  return inner ? inner.split(',').flatMap((one) => alternatives(before + one + after)) : [word]
}

/** Paths from the root anywhere in a source, and names of our kinds of file in its comments. */
function namesInSource(text: string): string[] {
  const paths = [
    ...text.matchAll(/(?<![\w@./-])(?:src|lab|bench|conform|e2e|docs)\/[\w./-]*\.(?:tsx?|mjs|md|css)\b/g),
  ]
  const names = [...commentsOf(text).matchAll(/(?<![\w@./*-])[\w-][\w/-]*(?:\.[a-z]+)*\.(?:tsx?|md)\b/g)]
  return [...new Set([...names, ...paths].map((found) => found[0]))]
}

/** Is it a file or a folder, from the root or at the end of a path? `*` stands for any part of a name. */
function isThere(name: string): boolean {
  const escaped = name
    .replace(/\/$/, '')
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
  const pattern = new RegExp(`(^|/)${escaped}$`)
  return BUILT.has(name) || fs.existsSync(path.join(root, name)) || files.some((file) => pattern.test(file))
}

/** Ids in comments; in a test also those with which a string begins, or which stand in brackets in it. */
function idsInSource(text: string, file: string): string[] {
  const titles = new RegExp(`['"\`](?:(?:${ID}[ '"\`])+|.*?\\(${ID}\\))`, 'g')
  const strings = CARRIER.test(file) ? [...text.matchAll(titles)].map((found) => found[0]) : []
  return [commentsOf(text), ...strings].flatMap(idsIn)
}

/** An id is a word of its own: not the end of a longer name, nor the beginning of one. */
function idsIn(text: string): string[] {
  return [...text.matchAll(new RegExp(`(?<![\\w.#/&-])${ID}(?![\\w.-]*\\w)`, 'g'))].map((found) => found[0])
}

function commentsOf(text: string): string {
  return [...text.matchAll(/\/\*[\s\S]*?\*\/|(?:^|\s)(?:\/\/|--) .*$/gm)].map((found) => found[0]).join('\n')
}

/** The rows of a page's tables by their ids; a row may explain several. */
function rowsOf(text: string): [string, string][] {
  return [...text.matchAll(new RegExp(`^\\| (${ID}(?: ${ID})*) \\|.*$`, 'gm'))].flatMap((found) =>
    (found[1] ?? '').split(' ').map((id): [string, string] => [id, found[0]]),
  )
}

function filesBelow(place: string): string[] {
  return fs.readdirSync(path.join(root, place), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(place, entry.name)
    if (
      SKIPPED.has(entry.name) ||
      (entry.isDirectory() && entry.name.startsWith('.') && entry.name !== '.github')
    )
      return []
    return entry.isDirectory() ? filesBelow(name) : [name]
  })
}

function read(file: string): string {
  return fs.readFileSync(path.join(root, file), 'utf8')
}
