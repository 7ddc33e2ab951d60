import path from 'node:path'

/** The project's folder: where package.json, prisma and node_modules are. Scripts work from there, wherever they were called from. */
export const root = path.resolve(import.meta.dirname, '../../..')

/** A path inside the project, whole. */
export const inRoot = (...parts: string[]): string => path.join(root, ...parts)
