import fs from 'node:fs'
import { expect, test } from 'vitest'
import { inRoot } from '@/setup/process/project-root'
import { GUIDES, readGuide } from './guides'
import { idOf, parseGuide } from './parse-guide'

test('reads headings, paragraphs, lists and code in order', () => {
  const text = [
    '# A title',
    '',
    'One line',
    'and `a **b**`, **bold**, [a link](x.md).',
    '',
    '## 1. A step',
    '',
    '- first',
    '  goes on',
    '- second',
    '',
    '```ts a.ts',
    'const a = 1',
    '',
    '- not an item',
    '```',
  ].join('\n')
  expect(parseGuide(text)).toEqual({
    title: 'A title',
    blocks: [
      {
        kind: 'paragraph',
        inlines: [
          { kind: 'text', text: 'One line and ' },
          { kind: 'code', text: 'a **b**' },
          { kind: 'text', text: ', ' },
          { kind: 'strong', text: 'bold' },
          { kind: 'text', text: ', ' },
          { kind: 'link', text: 'a link', href: 'x.md' },
          { kind: 'text', text: '.' },
        ],
      },
      { kind: 'heading', text: '1. A step', id: '1-a-step' },
      {
        kind: 'list',
        ordered: false,
        items: [[{ kind: 'text', text: 'first goes on' }], [{ kind: 'text', text: 'second' }]],
      },
      { kind: 'code', language: 'ts', name: 'a.ts', text: 'const a = 1\n\n- not an item' },
    ],
  })
})

test.each([
  ['no title', 'text'],
  ['code without an end', '# A\n\n```ts\nconst a = 1'],
  ['a table', '# A\n\n| a | b |\n|---|---|'],
  ['a quotation', '# A\n\n> b'],
  ['a heading of level 3', '# A\n\n### b'],
  ['a list in a list', '# A\n\n- b\n  - c'],
])('refuses %s instead of showing it wrong', (_, text) => {
  expect(() => parseGuide(text)).toThrow()
})

test.each(GUIDES)(
  'the guide $name is understood whole, and its headings have addresses of their own',
  ({ name }) => {
    const guide = parseGuide(readGuide(name))
    const ids = guide.blocks.flatMap((block) => (block.kind === 'heading' ? [block.id] : []))
    expect(ids.length).toBeGreaterThan(3)
    expect(new Set(ids).size).toBe(ids.length)
  },
)

test('every guide of the folder has a page', () => {
  expect(GUIDES.map(({ name }) => `${name}.md`).toSorted()).toEqual(
    fs.readdirSync(inRoot('docs/guides')).toSorted(),
  )
  for (const { name } of GUIDES)
    expect(fs.existsSync(inRoot(`src/app/docs/guides/${name}/page.tsx`)), name).toBe(true)
})

test('an anchor is the one that GitHub makes', () => {
  expect(idOf('3. What it’s, and `why`')).toBe('3-what-its-and-why')
})
