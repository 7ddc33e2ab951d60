import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { GALLERY_SECTIONS } from './_parts/sections'

const UI = path.resolve(import.meta.dirname, '../../ui')
const gallery = read(import.meta.dirname, /\.tsx$/)
/** `export function Button`, and what is no component but gives one its look: `export function buttonClass`. */
const exported = [...read(UI, /\.tsx$/).matchAll(/^export function (\w+)/gm)].map(([, name = '']) => name)

test('every component of src/ui is in the gallery', () => {
  const components = exported.filter((name) => /^[A-Z]/.test(name))
  expect(components.length).toBeGreaterThan(30)
  expect(components.filter((name) => !new RegExp(`<${name}[\\s/>]`).test(gallery))).toEqual([])
})

test('every look that src/ui gives to links is in the gallery', () => {
  const looks = exported.filter((name) => name.endsWith('Class'))
  expect(looks).toContain('buttonClass')
  expect(looks.filter((name) => !gallery.includes(`{${name}(`))).toEqual([])
})

test('every section of the table of contents is on the page', () => {
  expect(GALLERY_SECTIONS.filter(({ id }) => !gallery.includes(`id="${id}"`))).toEqual([])
})

/** The text of all files in a folder that are called so. */
function read(folder: string, name: RegExp): string {
  const files = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file))
  return files.map((file) => fs.readFileSync(path.join(folder, file), 'utf8')).join('\n')
}
