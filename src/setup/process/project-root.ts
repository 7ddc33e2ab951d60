import path from 'node:path'

/** The project's folder, which holds package.json. All commands run there, from wherever they are called. */
export const root = path.resolve(import.meta.dirname, '../../..')

/** An absolute path inside the project. */
export const inRoot = (...parts: string[]): string => path.join(root, ...parts)
