import fs from 'node:fs'
import path from 'node:path'
import { inRoot, root } from '../process/project-root'
import { productionPackages } from './production-packages'

/** The built product: all that runs in production, but its packages. */
export const releaseFolder = inRoot('dist/payonce')

/** What the program reads beside its own code. Below `src` and `docs`: texts that pages show. */
const COPIED = [
  '.next',
  '.npmrc',
  'LICENSE',
  'next.config.js',
  'public',
  'prisma/migrations',
  'prisma/schema',
  'dist/checkout-baseline.json',
  'docs/guides',
  'docs/your-own-page.md',
  'src/app/globals.css',
  'src/app/learn/_model',
  'src/idempotency/core',
  'src/idempotency/stores/memory.ts',
]

/** Parts of Next's output that only the next build, or another host, reads. */
const NOT_COPIED = /^\.next\/(cache|types|diagnostics|dev|trace|trace-build)(\/|$)|\.nft\.json$|\.test\.tsx?$/

/** What `node payonce.js` can be told to do. */
export const COMMANDS = ['web', 'worker', 'migrate', 'merchant', 'operator', 'verify']

/** True when a whole folder is there: its manifest is written last. */
export const hasRelease = (): boolean => fs.existsSync(path.join(releaseFolder, 'package.json'))

/** Before the pages are built: Next looks through the project for files that a page may read. */
export function removeRelease(): void {
  fs.rmSync(releaseFolder, { recursive: true, force: true })
}

/** Makes the folder from the built pages. `npm ci` in it installs the packages, and then it runs on any machine with Node. */
export async function makeRelease(): Promise<void> {
  removeRelease()
  await bundleProgram()
  for (const name of COPIED) copy(name)
  const scripts = Object.fromEntries(COMMANDS.map((name) => [name, `node payonce.js ${name}`]))
  const { manifest, lock } = productionPackages(scripts)
  write('package-lock.json', lock)
  write('package.json', manifest)
}

async function bundleProgram(): Promise<void> {
  const { build: bundle } = await import('esbuild')
  await bundle({
    entryPoints: { payonce: inRoot('src/setup/release/payonce.ts') },
    outdir: releaseFolder,
    // A command loads its own part only.
    splitting: true,
    chunkNames: 'program/[name]-[hash]',
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    tsconfig: inRoot('tsconfig.json'),
    sourcemap: true,
    logLevel: 'warning',
  })
}

/** Links stay as they are: Next's to packages are relative, and lead into the folder's own. */
function copy(name: string): void {
  fs.cpSync(inRoot(name), path.join(releaseFolder, name), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !NOT_COPIED.test(path.relative(root, source).replaceAll(path.sep, '/')),
  })
}

function write(name: string, value: unknown): void {
  fs.writeFileSync(path.join(releaseFolder, name), `${JSON.stringify(value, null, 2)}\n`)
}
