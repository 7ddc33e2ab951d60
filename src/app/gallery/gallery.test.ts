import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { GALLERY_SECTIONS } from './_parts/sections'

const UI = path.resolve(import.meta.dirname, '../../ui')
const gallery = read(import.meta.dirname, /\.tsx$/)
/** Exported components (`Button`), and functions that return the classes of one (`buttonClass`). */
const exported = [...read(UI, /\.tsx$/).matchAll(/^export function (\w+)/gm)].map(([, name = '']) => name)

test('every component of src/ui is in the gallery', () => {
  const components = exported.filter((name) => /^[A-Z]/.test(name))
  expect(components.length).toBeGreaterThan(30)
  expect(components.filter((name) => !new RegExp(`<${name}[\\s/>]`).test(gallery))).toEqual([])
})

test('every class function of src/ui is in the gallery', () => {
  const classFunctions = exported.filter((name) => name.endsWith('Class'))
  expect(classFunctions).toContain('buttonClass')
  expect(classFunctions.filter((name) => !gallery.includes(`{${name}(`))).toEqual([])
})

test('every section of the table of contents is on the page', () => {
  expect(GALLERY_SECTIONS.filter(({ id }) => !gallery.includes(`id="${id}"`))).toEqual([])
})

/** The text of all files in a folder whose name matches. */
function read(folder: string, name: RegExp): string {
  const files = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file))
  return files.map((file) => fs.readFileSync(path.join(folder, file), 'utf8')).join('\n')
}
