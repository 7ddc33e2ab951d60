import fs from 'node:fs'
import path from 'node:path'
import type { PackageDefinition } from './definitions'

/** What a package exports, by its declarations. */
interface Exported {
  name: string
  /** The text of its docstring; empty where it has none. */
  doc: string
  /** The declaration, with the docstrings of its members. */
  code: string
}

/**
 * Writes the reference of a package: every export of every entry with its docstring and its declaration.
 * @param types folder of the package's declarations
 * @throws Error naming the exports that have no docstring
 */
export function writeApiDocs({ name, entries }: PackageDefinition, types: string, to: string): void {
  const sections = Object.entries(entries).map(([entry, file]) => ({
    title: entry === '.' ? name : `${name}/${entry.slice(2)}`,
    exported: exportsOf(path.join(types, file.replace(/\.tsx?$/, '.d.ts'))),
  }))
  const silent = sections.flatMap(({ title, exported }) =>
    exported.filter(({ doc }) => doc === '').map((one) => `${one.name} of ${title}`),
  )
  if (silent.length > 0) throw new Error(`These exports have no docstring: ${silent.join(', ')}.`)
  const text = sections.map(({ title, exported }) => `## ${title}\n\n${exported.map(partOf).join('\n')}`)
  fs.writeFileSync(
    to,
    `# API of ${name}\n\nMade from the docstrings by \`npm run pack\`.\n\n${text.join('\n')}`,
  )
}

function partOf({ name, doc, code }: Exported): string {
  return `### ${name}\n\n${doc}\n\n\`\`\`ts\n${code}\n\`\`\`\n`
}

/** The exports of a declaration file, in the order of their names. */
export function exportsOf(file: string): Exported[] {
  const text = fs.readFileSync(file, 'utf8')
  const target = (from: string) => path.resolve(path.dirname(file), from.replace(/\.js$/, '.d.ts'))
  const named = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from ['"](.+?)['"]/gm)].flatMap(
    ([, names = '', from = '']) =>
      names
        .split(',')
        .map((one) => one.trim().replace(/^type /, ''))
        .filter((one) => one !== '')
        .map((one) => declarationOf(one, target(from))),
  )
  const whole = [...text.matchAll(/^export (?:type )?\* from ['"](.+?)['"]/gm)].flatMap(([, from = '']) =>
    exportsOf(target(from)),
  )
  const own = [...text.matchAll(DECLARED)].map(([, , name = '']) => declarationOf(name, file))
  return [...named, ...whole, ...own].toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

const DECLARED = /^export (?:declare )?(?:abstract )?(class|function|interface|type|const) (\w+)/gm

function declarationOf(name: string, file: string): Exported {
  const text = fs.readFileSync(file, 'utf8')
  const found = [...text.matchAll(DECLARED)].filter((one) => one[2] === name)
  const [first] = found
  if (!first) throw new Error(`${path.basename(file)} does not declare ${name}.`)
  const before = text.slice(0, first.index).trimEnd()
  const doc = before.endsWith('*/') ? before.slice(before.lastIndexOf('/**')) : ''
  const code = found.map(({ index }) => text.slice(index, endOf(text, index)))
  return { name, doc: wordsOf(doc), code: code.join('\n').replace(/^\s*(?:private|protected) .*\n/gm, '') }
}

/** A declaration ends with its `;`, or with the bracket that closes its body. */
function endOf(text: string, from: number): number {
  const isBody = /^export (?:declare )?(?:abstract )?(?:class|interface)/.test(text.slice(from))
  let depth = 0
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('/*', at)) at = text.indexOf('*/', at) + 1
    else if ('{(['.includes(text[at] ?? '')) depth += 1
    else if ('})]'.includes(text[at] ?? '')) {
      depth -= 1
      if (depth === 0 && isBody && text[at] === '}') return at + 1
    } else if (text[at] === ';' && depth === 0) return at + 1
  }
  return text.length
}

function wordsOf(doc: string): string {
  return doc
    .replace(/^\/\*\*|\*\/$/g, '')
    .replace(/^[ \t]*\* ?/gm, '')
    .trim()
    .replace(/^@(\w+)/gm, '\n*$1:*')
}
