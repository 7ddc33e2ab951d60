import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { inRoot } from '@/setup/process/project-root'

/** A change to one file of ours, as text: `find` must be there exactly once. */
export interface Edit {
  file: string
  find: string
  replace: string
}

/**
 * The simulation as one file: it starts at once and runs at full speed.
 * @param edits what is changed on the way, so that a mutant exists in the bundle only and never in the sources
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
        throw new Error(`${path.basename(file)} has ${parts.length - 1} times what a mutant changes: ${find}`)
      return parts.join(replace)
    },
    fs.readFileSync(file, 'utf8'),
  )
}

/** The formatter decides where lines end: a blank in `find` stands for any white space. */
function inAnyLayout(find: string): RegExp {
  return new RegExp(find.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+'))
}
