import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { inRoot } from '@/setup/process/project-root'

/** A textual change to one source file; `find` must occur in it exactly once. */
export interface Edit {
  file: string
  find: string
  replace: string
}

/**
 * Bundles the simulation into one file, which starts fast and needs no TypeScript loader.
 * @param edits changes made while bundling, so that a mutant exists in the bundle and never in the sources
 * @throws Error when the text of an edit does not occur exactly once
 */
export async function bundleSimulation(outfile: string, edits: readonly Edit[] = []): Promise<void> {
  const files = new Set(edits.map(({ file }) => inRoot(file)))
  await build({
    entryPoints: [inRoot('lab/simulation/main.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    tsconfig: inRoot('tsconfig.json'),
    logLevel: 'error',
    plugins: [
      {
        name: 'edits',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, ({ path: file }) =>
            files.has(file)
              ? {
                  contents: edited(
                    file,
                    edits.filter((edit) => inRoot(edit.file) === file),
                  ),
                  loader: 'ts',
                }
              : undefined,
          ),
      },
    ],
  })
}

function edited(file: string, edits: readonly Edit[]): string {
  return edits.reduce(
    (text, { find, replace }) => {
      const parts = text.split(inAnyLayout(find))
      if (parts.length !== 2)
        throw new Error(
          `The text of a mutant must occur once in ${path.basename(file)}, and occurs ${parts.length - 1} times: ${find}`,
        )
      return parts.join(replace)
    },
    fs.readFileSync(file, 'utf8'),
  )
}

/** A space in `find` matches any white space, since the formatter decides where lines end. */
function inAnyLayout(find: string): RegExp {
  return new RegExp(find.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+'))
}
