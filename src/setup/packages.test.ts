import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { root } from './process/project-root'

/** The supply chain: what is installed, from where, and who looked at it. Broken rules are named with their package. */

const locked = z.object({
  version: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
})
type Locked = z.infer<typeof locked>

const lockFile = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), locked) })
const manifest = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  allowScripts: z.record(z.string(), z.boolean()),
})
const floorsFile = z.record(z.string(), z.object({ least: z.string(), why: z.string().min(5) }))

const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8')
const packages = lockFile.parse(JSON.parse(read('package-lock.json'))).packages
const { dependencies, devDependencies, allowScripts } = manifest.parse(JSON.parse(read('package.json')))
/** The first entry is our own package. */
const installed = Object.entries(packages).filter(([place]) => place !== '')
const nameOf = (place: string) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)

const EXACT = /^\d+\.\d+\.\d+(-[\w.-]+)?$/
/** 51: what docs/dependencies.md justifies today. A new package takes the place of an old one, or a reviewer raises this. */
const RUNTIME_MAX = 51

describe('the lock file', () => {
  it('has a SHA-512 for each package, and a version of the registry', () => {
    expect(installed.length).toBeGreaterThan(500)
    expect(installed.filter(([, one]) => !isSafe(one)).map(([place]) => place)).toEqual([])
  })

  it('names no server: each machine asks its own registry, and only that', () => {
    expect(read('package-lock.json')).not.toMatch(
      /https?:\/\/(?!.*(?:funding|opencollective|github\.com\/sponsors))[^"]*\.tgz/,
    )
    expect(installed.filter(([, one]) => one.resolved !== undefined).map(([place]) => place)).toEqual([])
  })

  it('has the packages of every system, so that npm ci works on each', () => {
    const missing = Object.entries(packages).flatMap(([place, one]) =>
      Object.keys(one.optionalDependencies ?? {}).filter((name) => !isFoundFrom(place, name)),
    )
    expect(missing).toEqual([])
  })

  it('knows each unsafe entry when it sees one', () => {
    const good = { version: '1.2.3', integrity: 'sha512-x' }
    expect(isSafe(good)).toBe(true)
    for (const bad of [
      { ...good, integrity: 'sha1-x' },
      { version: '1.2.3' },
      { ...good, version: 'git+ssh://git@github.com/a/b.git#1' },
      { ...good, version: 'https://example.com/a.tgz' },
      { ...good, link: true },
    ])
      expect(isSafe(bad)).toBe(false)
  })
})

describe('package.json', () => {
  it('names exact versions, which are those of the lock file', () => {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(version, name).toMatch(EXACT)
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version)
    }
  })

  it('refuses every install script by name', () => {
    const scripted = installed.filter(([, one]) => one.hasInstallScript).map(([place]) => nameOf(place))
    expect(scripted.filter((name) => allowScripts[name] === undefined)).toEqual([])
    expect(Object.values(allowScripts).filter(Boolean)).toEqual([])
  })

  it('has a reason for each package that runs in production, and no more packages than reasons', () => {
    const rows = [
      ...read('docs/dependencies.md').matchAll(
        /^\| `([^`]+)` \| (server|page|build|set-up) \| .{10,} \| .{5,} \|$/gm,
      ),
    ]
    expect(rows.map(([, name]) => name).sort()).toEqual(Object.keys(dependencies).sort())
    expect(Object.keys(dependencies).length).toBeLessThanOrEqual(RUNTIME_MAX)
    expect(read('docs/dependencies.md')).toContain(`allows ${RUNTIME_MAX} at most`)
  })
})

it('no package is below its floor, wherever it is installed', () => {
  const floors = Object.entries(floorsFile.parse(JSON.parse(read('src/setup/version-floors.json'))))
  for (const [name, { least }] of floors) {
    const found = installed
      .filter(([place]) => nameOf(place) === name)
      .map(([, { version = '0.0.0' }]) => version)
    expect(found, name).not.toEqual([])
    expect(
      found.filter((version) => isBelow(version, least)),
      `${name} below ${least}`,
    ).toEqual([])
  }
  expect(isBelow('16.4.5', '16.4.6') && isBelow('9.9.9', '10.0.0') && isBelow('1.0.0-beta.1', '1.0.0')).toBe(
    true,
  )
  expect(isBelow('16.4.6', '16.4.6') || isBelow('17.0.0', '16.4.6') || isBelow('7.10.0', '7.9.9')).toBe(false)
})

it('npm runs no scripts, takes nothing that is younger than a week, and asks the registry alone', () => {
  const settings = read('.npmrc')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(settings.sort()).toEqual([
    'allow-git=none',
    'allow-remote=none',
    'ignore-scripts=true',
    'min-release-age=7',
    'save-exact=true',
    'strict-allow-scripts=true',
  ])
  expect(read('.ci/run')).toMatch(/^npm ci .*$/m)
  expect(read('.ci/run')).not.toMatch(/npm install/)
})

describe('the workflows', () => {
  const folder = path.join(root, '.github/workflows')
  const workflows = fs.readdirSync(folder).map((file) => [file, read(`.github/workflows/${file}`)] as const)

  it('name each action by its commit', () => {
    const used = workflows.flatMap(([, text]) =>
      [...text.matchAll(/^\s*(?:- )?uses: *(.*)$/gm)].map(([, action]) => action),
    )
    expect(used.length).toBeGreaterThan(3)
    expect(
      used.filter((action = '') => !/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action)),
    ).toEqual([])
  })

  it.each(workflows)('%s has no right but to read the repository, and keeps no credential', (_, text) => {
    expect(text).toMatch(/^permissions: \{\}$/m)
    expect(text).not.toMatch(/: write|secrets\.|pull_request_target|workflow_run/)
    expect(text.match(/persist-credentials: false/g)?.length).toBe(text.match(/actions\/checkout@/g)?.length)
    // Text of a stranger's branch or title must never become part of a command.
    expect(text.match(/\$\{\{[^}]*\}\}/g) ?? []).toEqual([`\${{ github.ref }}`])
  })

  it('test, audit, check signatures and keep the bill of materials', () => {
    const all = workflows.map(([, text]) => text).join('\n')
    for (const command of [
      '.ci/run',
      'npm audit --omit=dev',
      'npm audit signatures',
      'npm run --silent sbom',
    ])
      expect(all).toContain(`run: ${command}`)
  })
})

/** A package of the registry with a strong hash; a bundled one is covered by the hash of the package that brings it. */
function isSafe({ version = '', integrity, link, inBundle }: Locked): boolean {
  if (link || !EXACT.test(version.replace(/\+[\w.-]+$/, ''))) return false
  return inBundle === true || /^sha512-/.test(integrity ?? '')
}

/** Node's search: in the folder of the package that asks, then in each above it. */
function isFoundFrom(place: string, name: string): boolean {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true
    if (folder === '') return false
  }
}

function isBelow(version: string, least: string): boolean {
  const [one, other] = [partsOf(version), partsOf(least)]
  const at = one.findIndex((part, index) => part !== other[index])
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0)
}

/** Three numbers, and a fourth that puts a version before a release (`1.0.0-beta.1`) below the release. */
function partsOf(version: string): number[] {
  const [numbers = '', before] = version.split(/-(.*)/)
  return [...numbers.split('.').map(Number), before === undefined ? 1 : 0]
}
