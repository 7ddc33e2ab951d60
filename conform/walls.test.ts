import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

/** Conform stands alone, so that it can be lifted out: only the test that judges our own API (`*.db.test.ts`) imports from `src`. */
const PACKAGES = /^(node:|structured-headers$|vitest$)/

test('conform imports nothing of ours, and of packages only those named here', () => {
  expect(readSources().flatMap(([file, text]) => importsLeaving(file, text))).toEqual([])
})

test('an import that leaves conform is found, in each way to write one', () => {
  const text = `import { a } from '@/lib/id'
import '../lab/bank/main'
export { b } from '../../src/lib/id'
const c = await import('pg')
import type { Check } from './check'`
  expect(importsLeaving('checks/new.ts', text)).toEqual([
    'checks/new.ts → @/lib/id',
    'checks/new.ts → ../../src/lib/id',
    'checks/new.ts → pg',
  ])
  expect(importsLeaving('new.ts', text)).toContain('new.ts → ../lab/bank/main')
})

/** Relative imports that stay below this folder are conform's own. */
function importsLeaving(file: string, text: string): string[] {
  const found = [...text.matchAll(/(?<![-\w])(?:from|import)\s*\(?\s*'([^'\s,]+)'/g)].map(([, to = '']) => to)
  return found.filter((to) => !isOwn(file, to) && !PACKAGES.test(to)).map((to) => `${file} → ${to}`)
}

function isOwn(file: string, to: string): boolean {
  return to.startsWith('.') && !path.posix.join(path.posix.dirname(file), to).startsWith('..')
}

function readSources(): [file: string, text: string][] {
  const files = fs
    .readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.db.test.ts') && file !== 'walls.test.ts')
  return files.map((file) => [file, fs.readFileSync(path.join(import.meta.dirname, file), 'utf8')])
}
