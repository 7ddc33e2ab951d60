import fs from 'node:fs'
import path from 'node:path'

/**
 * The folder that holds package.json: the project's, or that of the built product, whose files lie elsewhere. All commands run there,
 * from wherever they are called.
 */
export const root = nearestPackage(import.meta.dirname)

/** An absolute path inside the project. */
export const inRoot = (...parts: string[]): string => path.join(root, ...parts)

function nearestPackage(folder: string): string {
  if (fs.existsSync(path.join(folder, 'package.json'))) return folder
  const above = path.dirname(folder)
  if (above === folder) throw new Error(`No package.json is above ${import.meta.dirname}`)
  return nearestPackage(above)
}
