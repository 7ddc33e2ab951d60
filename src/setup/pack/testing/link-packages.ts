import fs from 'node:fs'
import path from 'node:path'
import { inRoot } from '../../process/project-root'

/**
 * Puts packages of this repository with all that they need into another `node_modules`, as hard links where the file system allows it.
 * Nothing is downloaded, and a bundler that follows no link out of the app finds them. Packages that are there already stay.
 */
export function linkPackages(names: readonly string[], to: string): void {
  const waiting = [...names]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const [from, place] = [inRoot('node_modules', name), path.join(to, name)]
    if (fs.existsSync(place)) continue
    if (!fs.existsSync(from)) continue
    linkFolder(from, place)
    waiting.push(...neededBy(from))
  }
}

/**
 * What a package needs from outside of its folder, and the packages that lie in it. Peers count: what this repository has of them is what it
 * was tested with.
 */
function neededBy(folder: string): string[] {
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const own = ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap((kind) =>
    Object.keys(manifest[kind] ?? {}),
  )
  const inside = path.join(folder, 'node_modules')
  const needed = [...own, ...packagesIn(inside).flatMap((name) => neededBy(path.join(inside, name)))]
  return needed.filter((name) => !fs.existsSync(path.join(inside, name)))
}

function packagesIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return []
  const names = fs.readdirSync(folder).filter((name) => !name.startsWith('.'))
  return names.flatMap((name) =>
    name.startsWith('@') ? fs.readdirSync(path.join(folder, name)).map((one) => `${name}/${one}`) : [name],
  )
}

function linkFolder(from: string, to: string): void {
  fs.mkdirSync(to, { recursive: true })
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, place] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (entry.isDirectory()) linkFolder(source, place)
    else linkFile(source, place)
  }
}

function linkFile(from: string, to: string): void {
  try {
    fs.linkSync(from, to)
  } catch {
    // Another file system.
    fs.copyFileSync(from, to)
  }
}
