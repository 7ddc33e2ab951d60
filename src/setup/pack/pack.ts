import fs from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Metafile } from 'esbuild'
import { inRoot, root } from '../process/project-root'
import { runCommand } from '../process/run-tool'
import { writeApiDocs } from './api-docs'
import { copyDeclarations, emitDeclarations } from './declarations'
import { fileOf, PACKAGES, type PackageDefinition } from './definitions'

/** A package that was built. Sizes in bytes. */
export interface PackedPackage {
  name: string
  /** Path of its archive. */
  archive: string
  size: number
  sizeMax: number
  /** What each entry loads of the package, compressed. */
  entries: { entry: string; gzip: number }[]
}

interface Manifest {
  version: string
  engines: Record<string, string>
}

/**
 * `npm run pack`: builds every package into `dist/packages` as an archive that `npm install` takes.
 * @throws Error when one cannot be built, or has grown past its limit
 */
export async function pack(out = inRoot('dist/packages')): Promise<PackedPackage[]> {
  fs.rmSync(out, { recursive: true, force: true })
  const declarations = await emitDeclarations(PACKAGES, path.join(out, '.declarations'))
  const manifest = JSON.parse(fs.readFileSync(inRoot('package.json'), 'utf8')) as Manifest
  const folders: { definition: PackageDefinition; folder: string; entries: PackedPackage['entries'] }[] = []
  for (const definition of PACKAGES) {
    const folder = path.join(out, definition.name.replace('@payonce/', ''))
    const meta = await bundle(definition, folder)
    copyDeclarations(definition, declarations, path.join(folder, 'types'))
    writeApiDocs(definition, path.join(folder, 'types'), path.join(folder, 'API.md'))
    copyFiles(definition, folder)
    writeLicences(meta, folder)
    writeManifest(definition, manifest, folder)
    folders.push({ definition, folder, entries: entrySizes(definition, folder, meta) })
  }
  fs.rmSync(path.join(out, '.declarations'), { recursive: true })
  await makeArchives(
    folders.map(({ folder }) => folder),
    out,
  )
  return folders.map(({ definition: { name, sizeMax }, entries }) => {
    const archive = path.join(out, `${name.slice(1).replace('/', '-')}-${manifest.version}.tgz`)
    const { size } = fs.statSync(archive)
    if (size > sizeMax) throw new Error(`${name} has ${size} bytes; its limit is ${sizeMax}.`)
    return { name, archive, size, sizeMax, entries }
  })
}

/** The sizes as lines for people. */
export function sizesOf(packed: readonly PackedPackage[]): string[] {
  const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`
  return packed.flatMap(({ name, archive, size, entries }) => [
    `${name.padEnd(32)} ${kb(size).padStart(9)}  ${path.relative(root, archive)}`,
    ...entries.map(({ entry, gzip }) => `  ${entry.padEnd(30)} ${kb(gzip).padStart(9)}  compressed`),
  ])
}

/** Code that two entries need is in one chunk, so that an error class is the same one in both. */
async function bundle({ folder, entries, bin, peers }: PackageDefinition, to: string): Promise<Metafile> {
  const { build } = await import('esbuild')
  const entryPoints = {
    ...Object.fromEntries(
      Object.entries(entries).map(([entry, file]) => [fileOf(entry), inRoot(folder, file)]),
    ),
    ...Object.fromEntries(Object.entries(bin).map(([name, file]) => [`bin/${name}`, inRoot(folder, file)])),
  }
  const { metafile } = await build({
    entryPoints,
    outdir: path.join(to, 'dist'),
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    external: Object.keys(peers),
    chunkNames: 'chunks/[name]-[hash]',
    legalComments: 'none',
    tsconfig: inRoot('tsconfig.json'),
    metafile: true,
    logLevel: 'error',
  })
  for (const name of Object.keys(bin))
    prepend(path.join(to, 'dist/bin', `${name}.js`), '#!/usr/bin/env node\n')
  // esbuild drops the directive, without which a server component cannot import the hook.
  if (entries['./react']) prepend(path.join(to, 'dist/react.js'), "'use client'\n")
  return metafile
}

function prepend(file: string, text: string): void {
  fs.writeFileSync(file, text + fs.readFileSync(file, 'utf8'), { mode: 0o755 })
}

function copyFiles({ files }: PackageDefinition, to: string): void {
  const all = { ...files, 'CHANGELOG.md': 'src/setup/pack/CHANGELOG.md', LICENSE: 'LICENSE' }
  for (const [place, source] of Object.entries(all)) {
    fs.mkdirSync(path.dirname(path.join(to, place)), { recursive: true })
    fs.copyFileSync(inRoot(source), path.join(to, place))
  }
}

/** The licences of the few packages that are bundled. @throws Error for one without a licence */
function writeLicences({ outputs }: Metafile, to: string): void {
  const inputs = Object.values(outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  )
  const names = new Set(inputs.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))
  if (names.size === 0) return
  const texts = [...names].sort().map((name) => {
    const folder = inRoot('node_modules', name)
    const file = fs.readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
    if (!file) throw new Error(`${name} is bundled and has no licence.`)
    return `${name}\n${'='.repeat(name.length)}\n\n${fs.readFileSync(path.join(folder, file), 'utf8').trim()}\n`
  })
  fs.writeFileSync(path.join(to, 'THIRD-PARTY-LICENSES.txt'), texts.join('\n\n'))
}

function writeManifest(definition: PackageDefinition, ours: Manifest, to: string): void {
  const { name, description, keywords, entries, bin, peers } = definition
  const manifest = {
    name,
    version: ours.version,
    description,
    keywords,
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: ours.engines,
    exports: {
      ...Object.fromEntries(
        Object.entries(entries).map(([entry, file]) => [
          entry,
          { types: `./types/${file.replace(/\.tsx?$/, '.d.ts')}`, import: `./dist/${fileOf(entry)}.js` },
        ]),
      ),
      './package.json': './package.json',
    },
    bin: Object.fromEntries(Object.keys(bin).map((command) => [command, `dist/bin/${command}.js`])),
    files: [
      'dist',
      'types',
      ...Object.keys(definition.files).filter((file) => file.includes('/')),
      '*.md',
      '*.txt',
    ],
    peerDependencies: peers,
    peerDependenciesMeta: Object.fromEntries(Object.keys(peers).map((peer) => [peer, { optional: true }])),
  }
  fs.writeFileSync(path.join(to, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

function entrySizes(
  { entries }: PackageDefinition,
  to: string,
  { outputs }: Metafile,
): PackedPackage['entries'] {
  const known = new Map(Object.entries(outputs).map(([file, output]) => [inRoot(file), output]))
  const loaded = (file: string, seen: Set<string>): Set<string> => {
    seen.add(file)
    for (const { path: next, external } of known.get(file)?.imports ?? [])
      if (!external && !seen.has(inRoot(next))) loaded(inRoot(next), seen)
    return seen
  }
  return Object.keys(entries).map((entry) => ({
    entry,
    gzip: [...loaded(path.join(to, 'dist', `${fileOf(entry)}.js`), new Set())]
      .map((file) => gzipSync(fs.readFileSync(file)).length)
      .reduce((sum, size) => sum + size, 0),
  }))
}

async function makeArchives(folders: readonly string[], to: string): Promise<void> {
  const { ok, output } = await runCommand('npm', [
    'pack',
    '--ignore-scripts',
    '--pack-destination',
    to,
    ...folders,
  ])
  if (!ok) throw new Error(`npm pack failed:\n${output}`)
}
