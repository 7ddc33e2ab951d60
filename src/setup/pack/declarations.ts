import fs from 'node:fs'
import path from 'node:path'
import { inRoot, root } from '../process/project-root'
import { runTool } from '../process/run-tool'
import type { PackageDefinition } from './definitions'

/**
 * The declarations of all packages, from one run of the compiler.
 * @returns the folder in which they lie as the sources do
 * @throws Error with the compiler's output
 */
export async function emitDeclarations(
  packages: readonly PackageDefinition[],
  work: string,
): Promise<string> {
  const out = path.join(work, 'out')
  const config = {
    extends: inRoot('tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      incremental: false,
      rootDir: root,
      outDir: out,
      paths: { '@/*': [inRoot('src/*')] },
      typeRoots: [inRoot('node_modules/@types')],
      types: ['node'],
    },
    include: [],
    exclude: [],
    files: packages.flatMap(({ folder, entries }) =>
      Object.values(entries).map((file) => inRoot(folder, file)),
    ),
  }
  fs.mkdirSync(work, { recursive: true })
  const file = path.join(work, 'tsconfig.json')
  fs.writeFileSync(file, JSON.stringify(config))
  const { ok, output } = await runTool('tsc', ['-p', file])
  if (!ok) throw new Error(`The declarations could not be made:\n${output}`)
  return out
}

/** Copies the declarations that the entries reach, and no others. @returns the number of files */
export function copyDeclarations({ folder, entries }: PackageDefinition, from: string, to: string): number {
  const base = path.join(from, folder)
  const copied = new Set<string>()
  const copy = (file: string) => {
    if (copied.has(file)) return
    copied.add(file)
    if (path.relative(base, file).startsWith('..'))
      throw new Error(
        `A declaration of ${folder} reaches ${path.relative(from, file)}, which is not in the package.`,
      )
    const { text, imported } = withExtensions(fs.readFileSync(file, 'utf8'))
    const target = path.join(to, path.relative(base, file))
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.writeFileSync(target, text)
    for (const name of imported) copy(path.resolve(path.dirname(file), `${name}.d.ts`))
  }
  for (const entry of Object.values(entries)) copy(path.join(base, entry.replace(/\.tsx?$/, '.d.ts')))
  return copied.size
}

/** Relative imports get the extension `.js`, without which `moduleResolution: nodenext` finds nothing. */
function withExtensions(text: string): { text: string; imported: string[] } {
  const imported: string[] = []
  const changed = text.replace(
    /(\bfrom\s+|\bimport\()(['"])(\.[^'"]+)\2/g,
    (_, before, quote, name: string) => {
      imported.push(name)
      return `${before}${quote}${name}.js${quote}`
    },
  )
  return { text: changed, imported }
}
