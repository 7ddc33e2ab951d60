import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 as imported } from '#sha256'
import * as browser from './sha256-browser'
import * as node from './sha256-node'

test('a page hashes as Node does, whatever the length', () => {
  for (const text of [
    '',
    'abc',
    ...[55, 56, 63, 64, 65, 119, 120, 1_000].map((length) => 'x'.repeat(length)),
  ])
    expect(browser.sha256(text)).toBe(node.sha256(text))
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      expect(browser.sha256(text)).toBe(node.sha256(text))
    }),
  )
})

test('a page makes HMACs as Node does, also under a secret that is longer than a block', () => {
  for (const length of [1, 63, 64, 65, 150]) {
    const secret = 's'.repeat(length)
    expect(browser.hmacSha256(secret, 'abc')).toBe(node.hmacSha256(secret, 'abc'))
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 150 }), fc.string({ maxLength: 150 }), (secret, text) => {
      expect(browser.hmacSha256(secret, text)).toBe(node.hmacSha256(secret, text))
    }),
  )
})

test('the server takes Node’s', () => {
  expect(imported).toBe(node.sha256)
})

test('nothing else of the engine needs Node, or a package', () => {
  const needs = /\bBuffer\b|\bprocess\.|from '(?!\.|canonicalize'|#sha256')/
  const sources = engineSources()
  expect(sources.length).toBeGreaterThan(15)
  expect(sources.filter(({ code }) => needs.test(code)).map(({ file }) => file)).toEqual([
    'core/sha256-browser.ts',
    'core/sha256-node.ts',
  ])
})

/** The core and the store that a page can run, without their comments. */
function engineSources(): { file: string; code: string }[] {
  const room = path.join(import.meta.dirname, '..')
  const core = fs.readdirSync(path.join(room, 'core')).filter((file) => /(?<!\.test)\.ts$/.test(file))
  return [...core.map((file) => `core/${file}`), 'stores/memory.ts', 'problems.ts'].map((file) => ({
    file,
    code: fs.readFileSync(path.join(room, file), 'utf8').replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, ''),
  }))
}
